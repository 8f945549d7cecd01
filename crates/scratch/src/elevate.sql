-- Makes the migration role a superuser for one statement, for the few kinds of DDL that hosted platforms let their
-- users run although PostgreSQL asks for a superuser (CREATE EXTENSION, CREATE EVENT TRIGGER, …). What the statement
-- creates is then the migration role's own. Only who knows the secret of the run can call it; a migration cannot.
CREATE SCHEMA pgmason_scratch;
-- A digest, because members of pg_read_all_data read every table and everybody reads functions; a function, because
-- members of pg_write_all_data write every table. NULL, so nobody, until the run sets it.
CREATE FUNCTION pgmason_scratch.secret_digest() RETURNS bytea LANGUAGE sql AS 'SELECT NULL::bytea';
-- Event triggers that sleep during the statement. A key, because a publication of all tables asks for one.
CREATE TABLE pgmason_scratch.asleep (name name PRIMARY KEY, state "char" NOT NULL);
-- pg_temp is named last, else a temporary table called pg_event_trigger would come before the real one.
CREATE FUNCTION pgmason_scratch.elevate(secret text, elevated text, event_triggers text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
    event_trigger record;
BEGIN
    IF (sha256(convert_to($1, 'UTF8')) = pgmason_scratch.secret_digest()) IS NOT TRUE THEN
        RAISE EXCEPTION 'this statement may not run as superuser' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF elevated = 'on' THEN
        -- The project's event triggers would run their functions as the superuser.
        IF event_triggers = 'off' THEN
            INSERT INTO pgmason_scratch.asleep SELECT evtname, evtenabled FROM pg_event_trigger WHERE evtenabled <> 'D';
            FOR event_trigger IN SELECT * FROM pgmason_scratch.asleep LOOP
                EXECUTE format('ALTER EVENT TRIGGER %I DISABLE', event_trigger.name);
            END LOOP;
        END IF;
        ALTER ROLE postgres SUPERUSER;
    ELSE
        ALTER ROLE postgres NOSUPERUSER;
        FOR event_trigger IN
            SELECT asleep.* FROM pgmason_scratch.asleep JOIN pg_event_trigger ON evtname = asleep.name
        LOOP
            EXECUTE format('ALTER EVENT TRIGGER %I ENABLE %s', event_trigger.name,
                CASE event_trigger.state WHEN 'R' THEN 'REPLICA' WHEN 'A' THEN 'ALWAYS' ELSE '' END);
        END LOOP;
        DELETE FROM pgmason_scratch.asleep;
    END IF;
END
$function$;
GRANT USAGE ON SCHEMA pgmason_scratch TO postgres;
REVOKE ALL ON FUNCTION pgmason_scratch.elevate(text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pgmason_scratch.elevate(text, text, text) TO postgres;
