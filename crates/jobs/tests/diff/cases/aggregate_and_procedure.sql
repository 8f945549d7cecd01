-- Aggregates and procedures come, and change.

-- from
CREATE AGGREGATE mult(integer) (SFUNC = int4mul, STYPE = integer, INITCOND = '1');
CREATE PROCEDURE tidy() LANGUAGE sql AS $$ SELECT 1 $$;

-- to
CREATE AGGREGATE mult(integer) (SFUNC = int4mul, STYPE = integer, INITCOND = '2');
CREATE AGGREGATE mult(bigint) (SFUNC = int8mul, STYPE = bigint, INITCOND = '1');
CREATE PROCEDURE tidy() LANGUAGE sql AS $$ SELECT 2 $$;

-- expect
DROP AGGREGATE public.mult(integer);
CREATE AGGREGATE public.mult(bigint) (
    SFUNC = int8mul,
    STYPE = bigint,
    INITCOND = '1'
);
CREATE AGGREGATE public.mult(integer) (
    SFUNC = int4mul,
    STYPE = integer,
    INITCOND = '2'
);
CREATE OR REPLACE PROCEDURE public.tidy()
 LANGUAGE sql
AS $procedure$ SELECT 2 $procedure$;
