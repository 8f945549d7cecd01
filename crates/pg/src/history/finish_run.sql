UPDATE pgmason.migration_runs
SET outcome = $2, steps_done = $3, step_begun = NULL, finished_at = pg_catalog.clock_timestamp(),
    seconds = EXTRACT(epoch FROM pg_catalog.clock_timestamp() - started_at)
WHERE id = $1
