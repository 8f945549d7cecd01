-- WAL that no checkpoint can recycle, in bytes: what each replication slot holds back, and what is not archived yet.
-- Every role may see these views (PostgreSQL 13 to 18).
SELECT
    'slot' AS kind,
    slot.slot_name::text AS name,
    pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), slot.restart_lsn)::bigint AS kept,
    slot.active AS at_work,
    -- Where a limit is set, a slot that is further behind is lost, and its standby with it.
    nullif(pg_catalog.pg_size_bytes(pg_catalog.current_setting('max_slot_wal_keep_size')), -1) AS lost_at
FROM pg_catalog.pg_replication_slots AS slot
WHERE slot.restart_lsn IS NOT NULL AND slot.wal_status IS DISTINCT FROM 'lost'
UNION ALL
SELECT
    'archive',
    coalesce(archiver.last_failed_wal, ''),
    pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), '0/0')::bigint - archived.to_byte,
    coalesce(archiver.last_failed_time < archiver.last_archived_time, true),
    NULL
FROM pg_catalog.pg_stat_archiver AS archiver
-- A segment is called by its timeline, and by where it begins: 4 GB of WAL in 8 hexadecimal digits, then 8 for the segment
-- within them. Other files that are archived have longer names.
CROSS JOIN LATERAL (
    SELECT ('x' || pg_catalog.substr(archiver.last_archived_wal, 9, 8))::bit(32)::bigint * 4294967296
        + (('x' || pg_catalog.substr(archiver.last_archived_wal, 17, 8))::bit(32)::bigint + 1)
        * pg_catalog.pg_size_bytes(pg_catalog.current_setting('wal_segment_size')) AS to_byte
    WHERE pg_catalog.length(archiver.last_archived_wal) = 24
) AS archived
WHERE pg_catalog.current_setting('archive_mode') <> 'off'
