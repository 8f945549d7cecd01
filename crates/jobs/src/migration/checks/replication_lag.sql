-- How far each standby and each subscriber is behind. Without pg_read_all_stats only their number is seen.
SELECT
    application_name AS name,
    state IS NULL AS is_hidden,
    -- What only receives (pg_receivewal, an archive) replays nothing: it is as far as it has received.
    pg_catalog.pg_wal_lsn_diff(
        CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_receive_lsn()
             ELSE pg_catalog.pg_current_wal_lsn()
        END,
        coalesce(replay_lsn, flush_lsn, write_lsn, sent_lsn)
    )::bigint AS bytes,
    extract(epoch FROM replay_lag)::float8 AS seconds
FROM pg_catalog.pg_stat_replication
-- A base backup replays nothing.
WHERE state IS DISTINCT FROM 'backup'
ORDER BY 1
