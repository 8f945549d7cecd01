-- With owners: objects change hands, and new ones are handed over.
-- options: owners

-- both
CREATE TABLE t (id integer PRIMARY KEY);
CREATE VIEW v AS SELECT id FROM t;

-- to
ALTER TABLE t OWNER TO app_owner;
CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';
ALTER FUNCTION f() OWNER TO app_owner;
CREATE SCHEMA app AUTHORIZATION app_owner;

-- expect
CREATE SCHEMA app;
CREATE FUNCTION public.f()
 RETURNS integer
 LANGUAGE sql
AS $function$SELECT 1$function$;
ALTER SCHEMA app OWNER TO app_owner;
ALTER ROUTINE public.f() OWNER TO app_owner;
ALTER TABLE public.t OWNER TO app_owner;
