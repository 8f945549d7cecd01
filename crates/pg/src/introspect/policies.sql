-- Row-level security policies. PostgreSQL 13 and newer.
SELECT
    p.oid,
    p.polrelid AS relation,
    p.polname AS name,
    p.polcmd::text AS command,
    p.polpermissive AS permissive,
    p.polroles AS roles,
    pg_get_expr(p.polqual, p.polrelid) AS using_expression,
    pg_get_expr(p.polwithcheck, p.polrelid) AS with_check
FROM pg_policy p
