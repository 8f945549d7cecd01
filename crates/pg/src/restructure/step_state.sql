-- $1 stage, $2 phase, $3 number, $4 state, $5 lock timeouts to add
UPDATE pgmason.restructure_steps
SET state = $4,
    begun_at = CASE WHEN $4 IN ('begun', 'undoing') OR begun_at IS NULL THEN pg_catalog.clock_timestamp() ELSE begun_at END,
    finished_at = CASE WHEN $4 IN ('done', 'undone') THEN pg_catalog.clock_timestamp() END,
    lock_timeouts = lock_timeouts + $5,
    error = NULL
WHERE stage_id = $1 AND phase = $2 AND number = $3
