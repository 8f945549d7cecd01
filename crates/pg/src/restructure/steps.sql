-- Steps of a stage, in the order in which they run.
SELECT
    phase, number, operation, title, action::text AS action, undo::text AS undo, state, checkpoint, upper_bound,
    rows_expected, rows_visited, rows_written, lock_timeouts, error::text AS error,
    extract(epoch FROM coalesce(finished_at, pg_catalog.clock_timestamp()) - begun_at)::double precision AS seconds
FROM pgmason.restructure_steps
WHERE stage_id = $1
ORDER BY phase = 'complete', number
