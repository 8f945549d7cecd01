-- Tables with rows of their own, and sequences with where they stand.
SELECT
    namespace.nspname::text AS schema,
    relation.relname::text AS name,
    relation.relkind = 'S' AS sequence,
    CASE WHEN relation.relkind = 'S' THEN pg_catalog.pg_sequence_last_value(relation.oid) END AS last_value
FROM pg_catalog.pg_class AS relation
JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = relation.relnamespace
WHERE relation.relkind IN ('r', 'p', 'S')
  AND relation.relpersistence <> 't'
  AND pg_catalog.left(namespace.nspname::text, 3) <> 'pg_'
  AND namespace.nspname NOT IN ('information_schema', 'pgmason', 'pgmason_scratch')
ORDER BY 1, 2
