-- A domain over another type is a new type; columns are converted.

-- from
CREATE DOMAIN amount AS integer CHECK (VALUE >= 0);
CREATE TABLE t (id integer, amount amount);

-- to
CREATE DOMAIN amount AS numeric(12,2) CHECK (VALUE >= 0);
CREATE TABLE t (id integer, amount amount);

-- rows
INSERT INTO t VALUES (1, 5), (2, 7);

-- holds
SELECT sum(amount) = 12 FROM t

-- expect
ALTER DOMAIN public.amount RENAME TO amount_old;
CREATE DOMAIN public.amount AS numeric(12,2);
ALTER DOMAIN public.amount ADD CONSTRAINT amount_check CHECK ((VALUE >= (0)::numeric));
-- danger: rewrite, may fail
ALTER TABLE public.t ALTER COLUMN amount TYPE public.amount USING amount::text::public.amount;
DROP DOMAIN public.amount_old;
