DO $$
BEGIN
    IF to_regnamespace('graphql') IS NULL THEN
        CREATE SCHEMA graphql;
    END IF;
END
$$;
CREATE SEQUENCE graphql.seq_schema_version CYCLE;
CREATE FUNCTION graphql._internal_resolve(query text, variables jsonb DEFAULT '{}', "operationName" text DEFAULT NULL, extensions jsonb DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS $$
    SELECT '{"errors": [{"message": "pg_graphql does not run in a scratch database"}]}'::jsonb
$$;
CREATE FUNCTION graphql.resolve(query text, variables jsonb DEFAULT '{}', "operationName" text DEFAULT NULL, extensions jsonb DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS $$
    SELECT '{"errors": [{"message": "pg_graphql does not run in a scratch database"}]}'::jsonb
$$;
CREATE FUNCTION graphql.get_schema_version() RETURNS integer LANGUAGE sql SECURITY DEFINER AS $$ SELECT last_value::integer FROM graphql.seq_schema_version $$;
CREATE FUNCTION graphql.comment_directive(comment_ text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce((pg_catalog.regexp_match($1, '@graphql\((.+)\)'))[1]::jsonb, '{}')
$$;
CREATE FUNCTION graphql.exception(message text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = '22000', MESSAGE = message;
END
$$;
CREATE FUNCTION graphql.increment_schema_version() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    PERFORM pg_catalog.nextval('graphql.seq_schema_version');
END
$$;
GRANT USAGE ON SCHEMA graphql TO PUBLIC;
