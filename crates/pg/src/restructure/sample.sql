-- $1 stage, $2 name, $3 how often it has been used by now
INSERT INTO pgmason.restructure_samples (stage_id, name, uses) VALUES ($1, $2, $3)
