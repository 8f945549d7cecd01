-- Checkpoints that were asked for, and WAL that was written, so far. PostgreSQL 17 and later.
SELECT
    num_requested AS requested,
    pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), '0/0')::bigint AS written,
    pg_catalog.pg_size_bytes(pg_catalog.current_setting('max_wal_size')) AS most
FROM pg_catalog.pg_stat_checkpointer
