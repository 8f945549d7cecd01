-- The index of this name on the table, its state, and who builds it now.
SELECT n.nspname::text AS schema, c.relname::text AS name, i.indisvalid AS valid,
    (SELECT l.pid FROM pg_catalog.pg_locks l
     WHERE l.locktype = 'relation' AND l.relation = i.indexrelid AND l.granted
        AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
        AND l.mode IN ('ShareUpdateExclusiveLock', 'RowExclusiveLock', 'AccessExclusiveLock')
        AND l.pid <> pg_catalog.pg_backend_pid()
        AND EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p WHERE p.pid = l.pid AND p.index_relid = i.indexrelid)
     LIMIT 1) AS builder
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE i.indrelid = pg_catalog.to_regclass($1)
    AND c.relname = $2
