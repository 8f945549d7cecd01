-- A generated column becomes a plain one, and keeps its values.

-- both
CREATE TABLE t (id integer PRIMARY KEY, a integer);

-- from
ALTER TABLE t ADD COLUMN b integer GENERATED ALWAYS AS (a + 1) STORED;

-- to
ALTER TABLE t ADD COLUMN b integer;

-- rows
INSERT INTO t VALUES (1, 5);

-- holds
SELECT b = 6 FROM t

-- expect
ALTER TABLE public.t ALTER COLUMN b DROP EXPRESSION;
