CREATE FUNCTION autoinc() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    FOR place IN 0 .. TG_NARGS - 1 BY 2 LOOP
        IF coalesce((pg_catalog.to_jsonb(NEW) ->> TG_ARGV[place])::bigint, 0) = 0 THEN
            NEW := pg_catalog.jsonb_populate_record(NEW, pg_catalog.jsonb_build_object(TG_ARGV[place], pg_catalog.nextval(TG_ARGV[place + 1]::regclass)));
        END IF;
    END LOOP;
    RETURN NEW;
END
$$;
