-- What sees furthest back, and so keeps dead rows of this database from being cleaned. $1: the next transaction ID of some
-- time ago; what sees no further back than that is no trouble. Without pg_monitor it is not said since when sessions of
-- other roles do, and standbys are not seen.
WITH since AS (
    SELECT pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::bigint - $1 AS transactions
)
SELECT holder.kind, holder.pid, holder.name, holder.seconds
FROM (
    SELECT
        CASE activity.backend_type WHEN 'walsender' THEN 'standby' ELSE 'session' END AS kind,
        activity.pid,
        coalesce(nullif(activity.application_name, ''), activity.usename::text, '') AS name,
        extract(epoch FROM pg_catalog.clock_timestamp() - activity.xact_start)::double precision AS seconds,
        -- A transaction that wrote counts also while it has no snapshot.
        greatest(pg_catalog.age(activity.backend_xmin), pg_catalog.age(activity.backend_xid)) AS age
    FROM pg_catalog.pg_stat_activity AS activity
    WHERE activity.pid <> pg_catalog.pg_backend_pid()
      -- Snapshots of other databases are not looked at for the tables of this one; a standby's are for those of all.
      AND (activity.datname = pg_catalog.current_database() OR activity.backend_type = 'walsender')
      -- VACUUM itself holds nothing back.
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_vacuum AS vacuum WHERE vacuum.pid = activity.pid)
    UNION ALL
    SELECT 'prepared', NULL, prepared.gid,
        extract(epoch FROM pg_catalog.clock_timestamp() - prepared.prepared)::double precision,
        pg_catalog.age(prepared.transaction)
    FROM pg_catalog.pg_prepared_xacts AS prepared
    WHERE prepared.database = pg_catalog.current_database()
    UNION ALL
    -- catalog_xmin holds back catalogs only.
    SELECT 'slot', NULL, slot.slot_name::text, NULL, pg_catalog.age(slot.xmin)
    FROM pg_catalog.pg_replication_slots AS slot
) AS holder, since
WHERE holder.age > since.transactions
ORDER BY holder.age DESC
LIMIT 1
