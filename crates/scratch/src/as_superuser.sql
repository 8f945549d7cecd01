-- Runs one statement with the rights of the superuser, for the few kinds of DDL that hosted platforms let their
-- users run although PostgreSQL asks for a superuser (CREATE EXTENSION, CREATE EVENT TRIGGER, …).
-- Only who knows the secret of the run can call it; a migration cannot.
CREATE SCHEMA pgmason_scratch;
CREATE TABLE pgmason_scratch.secret (value text NOT NULL);
CREATE FUNCTION pgmason_scratch.as_superuser(secret text, statement text, with_event_triggers text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $function$
DECLARE
    asleep record;
    names name[] := '{}';
    states "char"[] := '{}';
BEGIN
    IF NOT EXISTS (SELECT FROM pgmason_scratch.secret s WHERE s.value OPERATOR(pg_catalog.=) $1) THEN
        RAISE EXCEPTION 'this statement may not run as superuser' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- The project's event triggers would run their functions as the superuser, so they sleep meanwhile. They do not
    -- fire for statements about event triggers (no version does that), so those need no sleep.
    IF with_event_triggers OPERATOR(pg_catalog.=) 'off' THEN
        FOR asleep IN SELECT evtname, evtenabled FROM pg_catalog.pg_event_trigger WHERE evtenabled OPERATOR(pg_catalog.<>) 'D' LOOP
            names := pg_catalog.array_append(names, asleep.evtname);
            states := pg_catalog.array_append(states, asleep.evtenabled);
            EXECUTE pg_catalog.format('ALTER EVENT TRIGGER %I DISABLE', asleep.evtname);
        END LOOP;
    END IF;
    EXECUTE statement;
    FOR place IN 1 .. coalesce(pg_catalog.array_length(names, 1), 0) LOOP
        EXECUTE pg_catalog.format('ALTER EVENT TRIGGER %I ENABLE %s', names[place],
            CASE states[place] WHEN 'R' THEN 'REPLICA' WHEN 'A' THEN 'ALWAYS' ELSE '' END);
    END LOOP;
END
$function$;
GRANT USAGE ON SCHEMA pgmason_scratch TO postgres;
REVOKE ALL ON FUNCTION pgmason_scratch.as_superuser(text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pgmason_scratch.as_superuser(text, text, text) TO postgres;
