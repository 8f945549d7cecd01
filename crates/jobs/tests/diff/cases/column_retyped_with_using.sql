-- Where no assignment leads from one type to the other, values go through a cast; a default goes and comes back.

-- both
CREATE TABLE t (id integer PRIMARY KEY, amount text DEFAULT '7', flag integer DEFAULT 1);

-- to
ALTER TABLE t ALTER amount DROP DEFAULT, ALTER flag DROP DEFAULT;
ALTER TABLE t ALTER amount TYPE integer USING amount::integer, ALTER flag TYPE boolean USING flag::boolean;
ALTER TABLE t ALTER amount SET DEFAULT 7, ALTER flag SET DEFAULT true;

-- rows
INSERT INTO t VALUES (1, '12', 0), (2, '30', 1);

-- holds
SELECT sum(amount) = 42 AND bool_or(flag) AND NOT bool_and(flag) FROM t

-- expect
ALTER TABLE public.t ALTER COLUMN amount DROP DEFAULT;
ALTER TABLE public.t ALTER COLUMN flag DROP DEFAULT;
-- danger: rewrite, may fail
ALTER TABLE public.t ALTER COLUMN amount TYPE integer USING amount::integer;
-- danger: rewrite, may fail
ALTER TABLE public.t ALTER COLUMN flag TYPE boolean USING flag::boolean;
ALTER TABLE public.t ALTER COLUMN amount SET DEFAULT 7;
ALTER TABLE public.t ALTER COLUMN flag SET DEFAULT true;
