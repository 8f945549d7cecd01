-- Since when the counters of this database run. PostgreSQL 13 and newer.
SELECT
    pg_is_in_recovery() AS in_recovery,
    extract(epoch FROM now() - d.stats_reset)::float8 AS seconds_since_reset
FROM pg_stat_database d
WHERE d.datname = current_database()
