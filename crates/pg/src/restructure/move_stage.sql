-- $1 stage, $2 its new phase, $3 fingerprint of the schema, where it was taken
UPDATE pgmason.restructure_stages
SET phase = $2,
    started_at = CASE WHEN $2 = 'started' THEN pg_catalog.clock_timestamp() ELSE started_at END,
    completed_at = CASE WHEN $2 = 'completed' THEN pg_catalog.clock_timestamp() ELSE completed_at END,
    rolled_back_at = CASE WHEN $2 = 'rolled back' THEN pg_catalog.clock_timestamp() ELSE rolled_back_at END,
    fingerprint_started = CASE WHEN $2 = 'started' THEN coalesce($3, fingerprint_started) ELSE fingerprint_started END,
    fingerprint_completed = CASE WHEN $2 = 'completed' THEN coalesce($3, fingerprint_completed) ELSE fingerprint_completed END
WHERE id = $1
