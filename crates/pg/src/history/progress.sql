UPDATE pgmason.migration_runs SET steps_done = $2, step_begun = $3 WHERE id = $1
