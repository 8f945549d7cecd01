DO $$
DECLARE
    check_body constant text := $body$
        SELECT NOT EXISTS (SELECT FROM pg_catalog.jsonb_array_elements_text(CASE pg_catalog.jsonb_typeof(schema -> 'required') WHEN 'array' THEN schema -> 'required' ELSE '[]' END) AS wanted
                           WHERE pg_catalog.jsonb_typeof(instance) = 'object' AND NOT instance ? wanted)
           AND coalesce(CASE pg_catalog.jsonb_typeof(schema -> 'type')
                   WHEN 'string' THEN schema ->> 'type' = pg_catalog.jsonb_typeof(instance) OR (schema ->> 'type' = 'integer' AND pg_catalog.jsonb_typeof(instance) = 'number')
                   WHEN 'array' THEN schema -> 'type' ? pg_catalog.jsonb_typeof(instance) OR (schema -> 'type' ? 'integer' AND pg_catalog.jsonb_typeof(instance) = 'number') END, true)
           AND coalesce(CASE pg_catalog.jsonb_typeof(schema -> 'enum') WHEN 'array' THEN schema -> 'enum' @> pg_catalog.jsonb_build_array(instance) END, true)
        FROM (SELECT $1::jsonb AS schema, $2::jsonb AS instance) AS given $body$;
    kind text;
BEGIN
    FOREACH kind IN ARRAY ARRAY['json', 'jsonb'] LOOP
        EXECUTE pg_catalog.format('CREATE FUNCTION %1$s_matches_schema(schema json, instance %1$s) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS %2$L', kind, check_body);
    END LOOP;
END
$$;
CREATE FUNCTION jsonschema_is_valid(schema json) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT pg_catalog.json_typeof($1) IN ('object', 'boolean')
$$;
CREATE FUNCTION jsonschema_validation_errors(schema json, instance json) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT '{}'::text[] $$;
