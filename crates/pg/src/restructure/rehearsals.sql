-- The rehearsals of a restructuring ($1), the latest first.
SELECT stage, file_sha256, fingerprint, passed, plan::text AS plan, report::text AS report
FROM pgmason.restructure_rehearsals
WHERE restructure = $1
ORDER BY id DESC
