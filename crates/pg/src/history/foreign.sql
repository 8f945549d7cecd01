-- History tables of other tools, with their columns.
SELECT n.nspname::text AS schema, c.relname::text AS name, pg_catalog.array_agg(a.attname::text ORDER BY a.attnum) AS columns
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'auth', 'storage', 'realtime')
    AND c.relname IN (
        'schema_migrations', '_prisma_migrations', '_sqlx_migrations', 'refinery_schema_history',
        '__diesel_schema_migrations', 'flyway_schema_history')
GROUP BY 1, 2
ORDER BY 1, 2
