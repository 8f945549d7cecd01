-- Every finished run of the versions that took longest, the newest first.
SELECT version, name, direction, outcome,
    pg_catalog.to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS started_at, seconds
FROM pgmason.migration_runs r
WHERE seconds IS NOT NULL AND direction <> 'mark' AND version IN (
    SELECT version FROM pgmason.migration_runs
    WHERE seconds IS NOT NULL AND direction <> 'mark'
    GROUP BY version ORDER BY pg_catalog.max(seconds) DESC LIMIT $1)
ORDER BY (SELECT pg_catalog.max(s.seconds) FROM pgmason.migration_runs s WHERE s.version = r.version) DESC,
    version, id DESC
