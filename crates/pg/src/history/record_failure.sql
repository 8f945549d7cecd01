-- A run that left nothing behind but this row.
INSERT INTO pgmason.migration_runs
    (version, name, direction, outcome, sha256, statements_sha256, step_hashes, operator, pgmason, stage, error,
     started_at, finished_at, seconds)
VALUES ($1, $2, $3, 'failed', $4, $5, $6, $7, $8, $9, $10::text::jsonb,
     pg_catalog.clock_timestamp() - pg_catalog.make_interval(secs => $11), pg_catalog.clock_timestamp(), $11)
