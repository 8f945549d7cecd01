-- Tables with their columns, in order. `$1`: OIDs.
SELECT
    relation.oid,
    namespace.nspname::text AS schema,
    relation.relname::text AS name,
    attribute.attnum AS number,
    attribute.attname::text AS column,
    pg_catalog.format_type(attribute.atttypid, attribute.atttypmod) AS type_name
FROM pg_catalog.pg_class AS relation
JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = relation.relnamespace
LEFT JOIN pg_catalog.pg_attribute AS attribute
    ON attribute.attrelid = relation.oid AND attribute.attnum > 0 AND NOT attribute.attisdropped
WHERE relation.oid = ANY ($1::oid[]) AND relation.relkind IN ('r', 'p')
ORDER BY relation.oid, attribute.attnum
