-- Sizes and counters of tables and materialized views. PostgreSQL 13 and newer.
-- reltuples is -1 (0 before 14, together with relpages) when the table was never analysed.
SELECT
    c.oid,
    CASE WHEN c.reltuples >= 0 THEN c.reltuples::float8 END AS row_estimate, --@14+
    CASE WHEN c.relpages > 0 OR c.reltuples > 0 THEN c.reltuples::float8 END AS row_estimate, --@<14
    coalesce(s.n_live_tup, 0) AS live_rows,
    coalesce(s.n_dead_tup, 0) AS dead_rows,
    coalesce(pg_total_relation_size(c.oid), 0) AS total_bytes,
    coalesce(pg_relation_size(c.oid), 0) AS table_bytes,
    coalesce(s.seq_scan, 0) AS sequential_scans,
    coalesce(s.idx_scan, 0) AS index_scans,
    coalesce(s.n_tup_ins, 0) AS rows_inserted,
    coalesce(s.n_tup_upd, 0) AS rows_updated,
    coalesce(s.n_tup_del, 0) AS rows_deleted
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
WHERE c.relkind IN ('r', 'p', 'm')
  AND left(n.nspname, 3) <> 'pg_'
  AND n.nspname <> 'information_schema'
