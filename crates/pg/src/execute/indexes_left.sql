SELECT pg_catalog.count(*)
FROM unnest($1) AS wanted (name)
WHERE pg_catalog.to_regclass(wanted.name) IS NOT NULL
