-- A column that another one is computed from: the other is made again.

-- both
CREATE TABLE t (id integer PRIMARY KEY, a integer);

-- from
ALTER TABLE t ADD COLUMN b integer GENERATED ALWAYS AS (a + 1) STORED;

-- to
ALTER TABLE t ALTER a TYPE bigint;
ALTER TABLE t ADD COLUMN b bigint GENERATED ALWAYS AS (a + 1) STORED;

-- rows
INSERT INTO t VALUES (1, 5);

-- holds
SELECT b = 6 FROM t

-- expect
ALTER TABLE public.t DROP COLUMN b;
-- danger: rewrite
ALTER TABLE public.t ALTER COLUMN a TYPE bigint;
-- danger: rewrite
ALTER TABLE public.t ADD COLUMN b bigint GENERATED ALWAYS AS ((a + 1)) STORED;
