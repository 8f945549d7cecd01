INSERT INTO pgmason.migration_runs
    (version, name, direction, outcome, sha256, statements_sha256, step_hashes, steps_done, step_begun, backend_pid,
     started_at, operator, pgmason, stage, undo)
VALUES ($1, $2, $3, 'running', $4, $5, $6, $7, $8, pg_catalog.pg_backend_pid(),
     pg_catalog.clock_timestamp(), $9, $10, $11, $12)
RETURNING id
