-- $1 stage, $2 phase, $3 number, $4 state, $5 upper bound, $6 rows expected
UPDATE pgmason.restructure_steps
SET state = $4, begun_at = pg_catalog.clock_timestamp(), finished_at = NULL, error = NULL,
    checkpoint = NULL, upper_bound = $5, rows_expected = $6, rows_visited = 0, rows_written = 0
WHERE stage_id = $1 AND phase = $2 AND number = $3
