UPDATE pgmason.migration_runs
SET outcome = 'failed', error = $2::text::jsonb, steps_done = $3, step_begun = CASE WHEN $4 THEN NULL ELSE step_begun END,
    finished_at = pg_catalog.clock_timestamp(),
    seconds = EXTRACT(epoch FROM pg_catalog.clock_timestamp() - started_at)
WHERE id = $1
