DO $$
DECLARE
    source text;
BEGIN
    FOREACH source IN ARRAY ARRAY['airtable', 'auth0', 'big_query', 'click_house', 'cognito', 'firebase', 'hello_world', 'iceberg', 'logflare', 'mssql', 'redis', 's3', 's3_vectors', 'stripe', 'wasm', 'duckdb'] LOOP
        EXECUTE pg_catalog.format('CREATE FUNCTION %s_fdw_meta() RETURNS TABLE (name text, version text, author text, website text) LANGUAGE sql STRICT AS %L', source,
            'SELECT NULL::text, NULL::text, NULL::text, NULL::text WHERE false');
        -- void_in returns no routine: CREATE FOREIGN DATA WRAPPER accepts it as handler, reading a foreign table fails.
        EXECUTE pg_catalog.format('CREATE FUNCTION %s_fdw_handler() RETURNS fdw_handler LANGUAGE internal STRICT AS %L', source, 'void_in');
        EXECUTE pg_catalog.format('CREATE FUNCTION %s_fdw_validator(options text[], catalog oid) RETURNS void LANGUAGE internal AS %L', source, 'void_in');
    END LOOP;
END
$$;
CREATE TABLE wrappers_fdw_stats (
    fdw_name     text PRIMARY KEY,
    create_times bigint,
    rows_in      bigint,
    rows_out     bigint,
    bytes_in     bigint,
    bytes_out    bigint,
    metadata     jsonb,
    created_at   timestamptz NOT NULL DEFAULT timezone('utc', now()),
    updated_at   timestamptz NOT NULL DEFAULT timezone('utc', now())
);
