-- $1 stage, $2 phase, $3 number, $4 error as JSON
UPDATE pgmason.restructure_steps SET error = $4::text::jsonb WHERE stage_id = $1 AND phase = $2 AND number = $3
