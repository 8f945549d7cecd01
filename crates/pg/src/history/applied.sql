SELECT version, name, statements,
    pg_catalog.to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS applied_at, applied_by
FROM pgmason.migrations
ORDER BY version
