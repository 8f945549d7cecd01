-- A generated column whose expression changes: a new one before PostgreSQL 17, SET EXPRESSION from there on.

-- both
CREATE TABLE t (id integer PRIMARY KEY, a integer);

-- from
ALTER TABLE t ADD COLUMN b integer GENERATED ALWAYS AS (a + 1) STORED;

-- to
ALTER TABLE t ADD COLUMN b integer GENERATED ALWAYS AS (a + 2) STORED;

-- rows
INSERT INTO t VALUES (1, 5);

-- holds
SELECT b = 7 FROM t

-- expect
-- danger: rewrite
ALTER TABLE public.t ALTER COLUMN b SET EXPRESSION AS ((a + 2));
