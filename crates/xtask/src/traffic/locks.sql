-- Since when: the statement's beginning, as PostgreSQL 13 does not say when the wait began.
SELECT (extract(epoch FROM clock_timestamp() - activity.query_start) * 1000)::bigint,
    coalesce(locks.relation::regclass::text, locks.locktype), locks.mode, left(activity.query, 120)
FROM pg_locks AS locks
JOIN pg_stat_activity AS activity ON activity.pid = locks.pid
WHERE NOT locks.granted
ORDER BY 1 DESC
LIMIT 1
