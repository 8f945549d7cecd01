-- Statistics objects, and their target.

-- both
CREATE TABLE t (a integer, b integer, c integer);

-- from
CREATE STATISTICS s1 (ndistinct) ON a, b FROM t;
CREATE STATISTICS s2 ON a, c FROM t;

-- to
CREATE STATISTICS s1 (ndistinct, dependencies) ON a, b FROM t;
CREATE STATISTICS s2 ON a, c FROM t;
ALTER STATISTICS s2 SET STATISTICS 200;

-- expect
DROP STATISTICS public.s1;
CREATE STATISTICS public.s1 (ndistinct, dependencies) ON a, b FROM public.t;
ALTER STATISTICS public.s2 SET STATISTICS 200;
