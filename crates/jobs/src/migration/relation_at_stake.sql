-- The relation of this name, else the one that its last part alone leads to.
SELECT pg_catalog.format('%s', COALESCE(pg_catalog.to_regclass($1), pg_catalog.to_regclass(bare.name)))
FROM (
    SELECT pg_catalog.quote_ident(parts[pg_catalog.array_upper(parts, 1)]) AS name
    FROM pg_catalog.parse_ident($1) AS parts
) AS bare
WHERE COALESCE(pg_catalog.to_regclass($1), pg_catalog.to_regclass(bare.name)) IS NOT NULL
