-- Relations that this session holds locks on. One that it has dropped has no file any more.
SELECT
    l.relation AS oid,
    n.nspname::text AS schema_name,
    c.relname::text AS relation_name,
    c.relfilenode,
    coalesce(pg_catalog.pg_stat_get_xact_numscans(l.relation), 0) AS scans,
    l.modes,
    CASE WHEN 'AccessExclusiveLock' = ANY (l.modes) THEN ARRAY(
        SELECT a.attnum FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = l.relation AND a.attnum > 0 AND a.attisdropped
    ) ELSE '{}' END AS dropped_columns
FROM (
    SELECT relation, pg_catalog.array_agg(mode) AS modes
    FROM pg_catalog.pg_locks
    WHERE pid = pg_catalog.pg_backend_pid() AND locktype = 'relation' AND granted AND relation >= 16384
    GROUP BY relation
) l
LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
