-- OIDs of tables. `$1` schemas, `$2` names, side by side.
SELECT relation.oid
FROM unnest($1::text[], $2::text[]) AS wanted (schema, name)
JOIN pg_catalog.pg_namespace AS namespace ON namespace.nspname::text = wanted.schema
JOIN pg_catalog.pg_class AS relation
    ON relation.relnamespace = namespace.oid AND relation.relname::text = wanted.name
WHERE relation.relkind IN ('r', 'p')
