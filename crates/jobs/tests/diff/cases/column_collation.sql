-- A collation of its own makes another type of a column.

-- both
CREATE TABLE t (id integer PRIMARY KEY, name text);
CREATE INDEX t_name_idx ON t (name);

-- to
ALTER TABLE t ALTER name TYPE text COLLATE "C";

-- rows
INSERT INTO t VALUES (1, 'b'), (2, 'A');

-- expect
-- danger: rewrite
ALTER TABLE public.t ALTER COLUMN name TYPE text COLLATE pg_catalog."C";
