-- Relations of the database outside of the schema $1, with what this session has done to each of them since its statistics were last sent.
SELECT
    c.oid,
    n.nspname::text AS schema_name,
    c.relname::text AS relation_name,
    c.relkind::text AS kind,
    c.relispartition AS is_partition,
    c.relfilenode,
    i.indrelid AS table_oid,
    coalesce(pg_catalog.pg_stat_get_xact_numscans(c.oid), 0) AS scans,
    coalesce(l.modes, '{}') AS modes
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
LEFT JOIN (
    SELECT relation, pg_catalog.array_agg(mode) AS modes
    FROM pg_catalog.pg_locks
    WHERE pid = pg_catalog.pg_backend_pid() AND locktype = 'relation' AND granted
    GROUP BY relation
) l ON l.relation = c.oid
WHERE c.oid >= 16384
  AND c.relkind IN ('r', 'p', 'm', 'v', 'f', 'i', 'I', 'S')
  AND pg_catalog.left(n.nspname, 3) <> 'pg_'
  AND n.nspname <> 'information_schema'
  AND n.nspname <> $1
