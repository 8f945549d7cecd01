-- Seconds since the last scan of a marker; null where there was none. PostgreSQL 16 and newer.
SELECT extract(epoch FROM pg_catalog.clock_timestamp() - statistics.last_seq_scan)::double precision AS seconds
FROM pg_catalog.pg_stat_all_tables AS statistics
WHERE statistics.relid = pg_catalog.to_regclass($1)
