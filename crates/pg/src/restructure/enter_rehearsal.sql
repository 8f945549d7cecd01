-- $1 restructure, $2 stage, $3 SHA-256 of the file, $4 fingerprint, $5 passed, $6 plan, $7 report
INSERT INTO pgmason.restructure_rehearsals (restructure, stage, file_sha256, fingerprint, passed, plan, report)
VALUES ($1, $2, $3, $4, $5, $6::text::jsonb, $7::text::jsonb)
