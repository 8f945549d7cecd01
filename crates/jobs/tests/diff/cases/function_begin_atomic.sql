-- A body that PostgreSQL has read ties the function to its table.
-- needs: 14

-- both
CREATE TABLE t (id integer PRIMARY KEY, a integer);

-- from
CREATE FUNCTION total() RETURNS bigint BEGIN ATOMIC SELECT sum(a) FROM t; END;

-- to
ALTER TABLE t ALTER a TYPE bigint;
CREATE FUNCTION total() RETURNS numeric BEGIN ATOMIC SELECT sum(a) FROM t; END;

-- expect
DROP FUNCTION public.total();
-- danger: rewrite
ALTER TABLE public.t ALTER COLUMN a TYPE bigint;
CREATE FUNCTION public.total()
 RETURNS numeric
 LANGUAGE sql
BEGIN ATOMIC
 SELECT sum(t.a) AS sum
    FROM public.t;
END;
