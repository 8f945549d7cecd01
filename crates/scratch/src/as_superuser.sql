-- Runs one statement with the rights of the superuser, for the few kinds of DDL that hosted platforms let their
-- users run although PostgreSQL asks for a superuser (CREATE EXTENSION, CREATE EVENT TRIGGER, …).
-- Only who knows the secret of the run can call it; a migration cannot.
CREATE SCHEMA pgmason_scratch;
CREATE TABLE pgmason_scratch.secret (value text NOT NULL);
CREATE FUNCTION pgmason_scratch.as_superuser(secret text, statement text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $function$
BEGIN
    IF NOT EXISTS (SELECT FROM pgmason_scratch.secret s WHERE s.value OPERATOR(pg_catalog.=) $1) THEN
        RAISE EXCEPTION 'this statement may not run as superuser' USING ERRCODE = 'insufficient_privilege';
    END IF;
    EXECUTE statement;
END
$function$;
GRANT USAGE ON SCHEMA pgmason_scratch TO postgres;
REVOKE ALL ON FUNCTION pgmason_scratch.as_superuser(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pgmason_scratch.as_superuser(text, text) TO postgres;
