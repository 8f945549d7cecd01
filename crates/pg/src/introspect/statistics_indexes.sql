-- Sizes and counters of indexes. PostgreSQL 13 and newer.
SELECT
    i.indexrelid AS oid,
    coalesce(s.idx_scan, 0) AS scans,
    coalesce(pg_relation_size(i.indexrelid), 0) AS bytes,
    extract(epoch FROM now() - s.last_idx_scan)::float8 AS seconds_since_last_scan --@16+
    NULL::float8 AS seconds_since_last_scan --@<16
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_stat_user_indexes s ON s.indexrelid = i.indexrelid
WHERE left(n.nspname, 3) <> 'pg_'
  AND n.nspname <> 'information_schema'
