-- What the role lacks. $1 owners of tables, $2 the tables, place by place, $3 schemas.
SELECT
    pg_catalog.format('role %s does not own %s: %s does', current_user, owned.name, owned.owner) AS problem,
    pg_catalog.format('connect as %s, or GRANT %I TO %I', owned.owner, owned.owner, current_user) AS hint
FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS owned (owner, name)
WHERE NOT pg_catalog.pg_has_role(owned.owner, 'USAGE')
UNION ALL
SELECT DISTINCT
    pg_catalog.format('role %s may not create in the schema %s', current_user, schema.name),
    pg_catalog.format('GRANT CREATE ON SCHEMA %I TO %I', schema.name, current_user)
FROM pg_catalog.unnest($3::text[]) AS schema (name)
JOIN pg_catalog.pg_namespace AS namespace ON namespace.nspname = schema.name
WHERE NOT pg_catalog.has_schema_privilege(namespace.oid, 'CREATE')
UNION ALL
-- Whoever is to own a view or a table has to be let into its schema too.
SELECT DISTINCT
    pg_catalog.format('role %s owns %s, and may not create in the schema %s', owned.owner, owned.name, namespace.nspname),
    pg_catalog.format('GRANT CREATE ON SCHEMA %I TO %I', namespace.nspname, owned.owner)
FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS owned (owner, name)
JOIN pg_catalog.pg_class AS class ON class.oid = pg_catalog.to_regclass(owned.name)
JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = class.relnamespace
WHERE owned.owner <> current_user
  AND NOT pg_catalog.has_schema_privilege(owned.owner, namespace.oid, 'CREATE')
  AND NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
UNION ALL
SELECT
    pg_catalog.format('role %s may not make the schema pgmason in %s', current_user, pg_catalog.current_database()),
    pg_catalog.format('GRANT CREATE ON DATABASE %I TO %I', pg_catalog.current_database(), current_user)
WHERE pg_catalog.to_regnamespace('pgmason') IS NULL
  AND NOT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')
ORDER BY 1
