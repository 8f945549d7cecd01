-- A body changes in place; another result type takes a new function, and what calls it is made again.

-- both
CREATE TABLE t (id integer PRIMARY KEY, a integer);

-- from
CREATE FUNCTION plain(a integer) RETURNS integer LANGUAGE sql AS $$ SELECT a $$;
CREATE FUNCTION typed(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT a $$;
CREATE VIEW v AS SELECT typed(a)::text AS typed FROM t;
GRANT EXECUTE ON FUNCTION typed TO app_reader;

-- to
CREATE FUNCTION plain(a integer) RETURNS integer LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$ SELECT a + 1 $$;
CREATE FUNCTION typed(a integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT a::bigint $$;
CREATE VIEW v AS SELECT typed(a)::text AS typed FROM t;
GRANT EXECUTE ON FUNCTION typed TO app_reader;

-- expect
DROP VIEW public.v;
CREATE OR REPLACE FUNCTION public.plain(a integer)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$ SELECT a + 1 $function$;
DROP FUNCTION public.typed(a integer);
CREATE FUNCTION public.typed(a integer)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE
AS $function$ SELECT a::bigint $function$;
CREATE VIEW public.v AS
 SELECT (public.typed(a))::text AS typed
   FROM public.t;
GRANT EXECUTE ON ROUTINE public.typed(a integer) TO app_reader;
