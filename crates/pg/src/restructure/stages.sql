-- Stages of restructurings that are there, the oldest first. $1: one restructuring, or null for all.
SELECT
    id, restructure, stage, title, phase, file_sha256, fingerprint_before, fingerprint_started, fingerprint_completed,
    soak_seconds, plan::text AS plan, objects::text AS objects, run_by, operator,
    extract(epoch FROM pg_catalog.now() - began_at)::double precision AS began_ago,
    extract(epoch FROM pg_catalog.now() - started_at)::double precision AS started_ago,
    extract(epoch FROM pg_catalog.now() - completed_at)::double precision AS completed_ago,
    pg_catalog.to_char(began_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS began_at
FROM pgmason.restructure_stages
WHERE $1::text IS NULL OR restructure = $1
ORDER BY id
