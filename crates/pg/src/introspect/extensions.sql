-- Installed extensions, with the comment that their control file gives. PostgreSQL 13 and newer.
SELECT
    e.oid,
    e.extname AS name,
    n.nspname AS schema,
    e.extversion AS version,
    a.comment AS default_comment,
    coalesce(starts_with(a.comment, 'pgmason stand-in:'), false) AS stand_in
FROM pg_extension e
JOIN pg_namespace n ON n.oid = e.extnamespace
LEFT JOIN pg_available_extensions() a ON a.name = e.extname
