CREATE DOMAIN lo AS pg_catalog.oid;
CREATE FUNCTION lo_oid(lo) RETURNS pg_catalog.oid LANGUAGE sql STRICT IMMUTABLE PARALLEL SAFE AS $$ SELECT $1::pg_catalog.oid $$;
CREATE FUNCTION lo_manage() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    previous constant oid := (pg_catalog.to_jsonb(OLD) ->> TG_ARGV[0])::oid;
BEGIN
    IF previous IS NOT NULL AND (TG_OP = 'DELETE' OR previous IS DISTINCT FROM (pg_catalog.to_jsonb(NEW) ->> TG_ARGV[0])::oid) THEN
        PERFORM pg_catalog.lo_unlink(previous);
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
