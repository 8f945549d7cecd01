-- An operator with its class, and a cast.

-- to
CREATE TYPE pair AS (x integer, y integer);
CREATE FUNCTION pair_less(a pair, b pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT (a).x < (b).x $$;
CREATE FUNCTION pair_text(a pair) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT (a).x::text $$;
CREATE FUNCTION pair_compare(a pair, b pair) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT (a).x - (b).x $$;
CREATE OPERATOR <<| (LEFTARG = pair, RIGHTARG = pair, FUNCTION = pair_less);
CREATE OPERATOR FAMILY pair_family USING btree;
CREATE OPERATOR CLASS pair_class FOR TYPE pair USING btree FAMILY pair_family AS OPERATOR 1 <<|, FUNCTION 1 pair_compare(pair, pair);
CREATE CAST (pair AS text) WITH FUNCTION pair_text(pair) AS ASSIGNMENT;
COMMENT ON OPERATOR <<| (pair, pair) IS 'Before.';

-- expect
CREATE TYPE public.pair AS (x integer, y integer);
CREATE FUNCTION public.pair_compare(a public.pair, b public.pair)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
AS $function$ SELECT (a).x - (b).x $function$;
CREATE FUNCTION public.pair_less(a public.pair, b public.pair)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
AS $function$ SELECT (a).x < (b).x $function$;
CREATE OPERATOR public.<<| (
    FUNCTION = public.pair_less,
    LEFTARG = public.pair,
    RIGHTARG = public.pair
);
CREATE OPERATOR FAMILY public.pair_family USING btree;
CREATE OPERATOR CLASS public.pair_class FOR TYPE public.pair USING btree FAMILY public.pair_family AS
    OPERATOR 1 public.<<|(public.pair,public.pair),
    FUNCTION 1 (public.pair, public.pair) public.pair_compare(public.pair,public.pair);
CREATE FUNCTION public.pair_text(a public.pair)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$ SELECT (a).x::text $function$;
CREATE CAST (public.pair AS text) WITH FUNCTION public.pair_text(public.pair) AS ASSIGNMENT;
COMMENT ON OPERATOR public.<<|(public.pair, public.pair) IS 'Before.';
