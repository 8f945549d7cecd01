-- $1 stage, $2 its new phase, $3 fingerprint of the schema, where it was taken, $4 digests of its objects
-- What this stage did is nobody else's change: every stage that stands is held against the schema as it is now.
WITH others AS (
    UPDATE pgmason.restructure_stages SET objects = $4::text::jsonb
    WHERE id <> $1 AND $4 IS NOT NULL AND phase IN ('started', 'completed')
)
UPDATE pgmason.restructure_stages
SET phase = $2,
    objects = coalesce($4::text::jsonb, objects),
    started_at = CASE WHEN $2 = 'started' THEN pg_catalog.clock_timestamp() ELSE started_at END,
    completed_at = CASE WHEN $2 = 'completed' THEN pg_catalog.clock_timestamp() ELSE completed_at END,
    rolled_back_at = CASE WHEN $2 = 'rolled back' THEN pg_catalog.clock_timestamp() ELSE rolled_back_at END,
    fingerprint_started = CASE WHEN $2 = 'started' THEN coalesce($3, fingerprint_started) ELSE fingerprint_started END,
    fingerprint_completed = CASE WHEN $2 = 'completed' THEN coalesce($3, fingerprint_completed) ELSE fingerprint_completed END
WHERE id = $1
