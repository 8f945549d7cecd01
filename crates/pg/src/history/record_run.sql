-- A run that one transaction holds: it is recorded with what it did, or not at all.
INSERT INTO pgmason.migration_runs
    (version, name, direction, outcome, sha256, statements_sha256, step_hashes, steps_done, backend_pid,
     started_at, finished_at, seconds, operator, pgmason, stage, undo)
VALUES ($1, $2, $3, $4, NULLIF($5, ''), NULLIF($6, ''), $7, $8, pg_catalog.pg_backend_pid(),
     pg_catalog.transaction_timestamp(), pg_catalog.clock_timestamp(),
     EXTRACT(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.transaction_timestamp()), $9, $10, $11, $12)
