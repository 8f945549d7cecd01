-- A stage with all of its steps, before the first of them runs.
-- $1 restructure, $2 stage, $3 title, $4 SHA-256 of the file, $5 fingerprint, $6 soak in seconds, $7 plan, $8 operator,
-- $9 version of pgmason, $10 steps: phase, number, operation, title, action, undo
WITH entered AS (
    INSERT INTO pgmason.restructure_stages
        (restructure, stage, title, phase, file_sha256, fingerprint_before, soak_seconds, plan, operator, pgmason)
    VALUES ($1, $2, $3, 'starting', $4, $5, $6, $7::text::jsonb, $8, $9)
    RETURNING id
), steps AS (
    INSERT INTO pgmason.restructure_steps (stage_id, phase, number, operation, title, action, undo)
    SELECT entered.id, step.phase, step.number, step.operation, step.title, step.action, step.undo
    FROM entered, pg_catalog.jsonb_to_recordset($10::text::jsonb)
        AS step (phase text, number integer, operation integer, title text, action jsonb, undo jsonb)
)
SELECT id FROM entered
