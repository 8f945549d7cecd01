-- Tables of a schema.
SELECT pg_catalog.format('%s', c.oid::pg_catalog.regclass)
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p')
