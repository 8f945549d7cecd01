-- Sessions whose locks would keep a lock on these relations waiting, and that will not let go soon.
-- $1 relations as regclass text, $2 modes that are wanted, $3 seconds that a transaction may last
SELECT
    -- A prepared transaction holds its locks without a session.
    coalesce(holder.pid, 0) AS pid,
    relation.name AS relation,
    coalesce(activity.usename::text, prepared.owner::text, '') AS role,
    coalesce(activity.application_name, '') AS application,
    CASE WHEN holder.pid IS NULL THEN 'prepared' ELSE coalesce(activity.state, activity.backend_type, '') END AS state,
    coalesce(extract(epoch FROM pg_catalog.clock_timestamp() - coalesce(activity.xact_start, prepared.prepared)), 0)
        ::double precision AS seconds,
    pg_catalog.left(coalesce(activity.query, prepared.gid, ''), 120) AS query,
    activity.backend_type = 'autovacuum worker' AS autovacuum
FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS relation (name, mode)
JOIN pg_catalog.pg_locks AS holder
    ON holder.locktype = 'relation' AND holder.granted
    AND holder.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
    AND holder.relation = pg_catalog.to_regclass(relation.name)::oid
    AND (relation.mode = 'ACCESS EXCLUSIVE'
        OR (relation.mode = 'SHARE ROW EXCLUSIVE' AND holder.mode NOT IN ('AccessShareLock', 'RowShareLock'))
        OR (relation.mode = 'SHARE UPDATE EXCLUSIVE'
            AND holder.mode NOT IN ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')))
LEFT JOIN pg_catalog.pg_stat_activity AS activity ON activity.pid = holder.pid
LEFT JOIN (pg_catalog.pg_prepared_xacts AS prepared
        JOIN pg_catalog.pg_locks AS own ON own.locktype = 'transactionid' AND own.transactionid = prepared.transaction)
    ON holder.pid IS NULL AND own.pid IS NULL AND own.virtualtransaction = holder.virtualtransaction
WHERE holder.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
  AND (activity.xact_start IS NULL
    OR activity.xact_start < pg_catalog.clock_timestamp() - pg_catalog.make_interval(secs => $3))
ORDER BY seconds DESC, holder.pid
