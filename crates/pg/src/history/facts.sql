-- What there is, and whether this role sees all of it. One row.
SELECT
    pg_catalog.to_regclass('supabase_migrations.schema_migrations') IS NOT NULL AS supabase,
    COALESCE((
        SELECT pg_catalog.array_agg(a.attname::text)
        FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = pg_catalog.to_regclass('supabase_migrations.schema_migrations') AND a.attnum > 0
            AND NOT a.attisdropped
    ), '{}') AS supabase_columns,
    pg_catalog.to_regclass('pgmason.migrations') IS NOT NULL AS migrations,
    pg_catalog.to_regclass('pgmason.migration_runs') IS NOT NULL AS runs,
    COALESCE((
        SELECT pg_catalog.bool_or(pg_catalog.row_security_active(c.oid))
        FROM pg_catalog.pg_class c
        WHERE c.oid IN (
            pg_catalog.to_regclass('pgmason.migrations'), pg_catalog.to_regclass('pgmason.migration_runs'),
            pg_catalog.to_regclass('supabase_migrations.schema_migrations'))
    ), false) AS rows_hidden,
    pg_catalog.pg_is_in_recovery() AS in_recovery,
    CURRENT_USER::text AS role,
    pg_catalog.current_schemas(false)::text[] AS search_path
