-- Transactions of this database whose snapshot may be older than $1, a transaction ID: what committed since is not there for
-- them. Each is told from a later one of the same session by its beginning.
SELECT
    activity.pid,
    activity.xact_start::text AS begun,
    coalesce(activity.usename::text, '') AS role,
    coalesce(activity.application_name, '') AS application,
    coalesce(activity.state, '') AS state,
    coalesce(extract(epoch FROM pg_catalog.clock_timestamp() - activity.xact_start), 0)::double precision AS seconds,
    pg_catalog.left(coalesce(activity.query, ''), 120) AS query
FROM pg_catalog.pg_stat_activity AS activity
WHERE activity.datname = pg_catalog.current_database()
  AND activity.pid <> pg_catalog.pg_backend_pid()
  AND pg_catalog.age(activity.backend_xmin)
      > pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::bigint - $1
  -- VACUUM reads no rows by its snapshot.
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_vacuum AS vacuum WHERE vacuum.pid = activity.pid)
ORDER BY seconds DESC, activity.pid
