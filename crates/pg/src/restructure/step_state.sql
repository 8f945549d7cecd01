-- $1 stage, $2 phase, $3 number, $4 state, $5 lock timeouts to add
UPDATE pgmason.restructure_steps
SET state = $4,
    -- A step that is one transaction began with it.
    begun_at = CASE WHEN state IN ('begun', 'undoing') THEN begun_at ELSE pg_catalog.now() END,
    finished_at = CASE WHEN $4 IN ('done', 'undone') THEN pg_catalog.clock_timestamp() END,
    lock_timeouts = lock_timeouts + $5,
    error = NULL
WHERE stage_id = $1 AND phase = $2 AND number = $3
