-- The latest run of each version.
SELECT DISTINCT ON (version)
    id, version, name, direction, outcome, sha256, statements_sha256, step_hashes, steps_done, step_begun,
    pg_catalog.to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS started_at,
    seconds, run_by, operator, stage, undo, error::text AS error
FROM pgmason.migration_runs
ORDER BY version, id DESC
