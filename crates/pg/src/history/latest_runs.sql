-- The latest run of each version.
SELECT DISTINCT ON (version)
    id, version, name, direction, outcome, sha256, statements_sha256, step_hashes, steps_done, step_begun,
    pg_catalog.to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS started_at,
    seconds, run_by, operator, stage, error::text AS error,
    -- A rollback that failed does not forget how it is done.
    (SELECT u.undo FROM pgmason.migration_runs u WHERE u.version = r.version AND u.direction <> 'down'
     ORDER BY u.id DESC LIMIT 1) AS undo
FROM pgmason.migration_runs r
ORDER BY version, id DESC
