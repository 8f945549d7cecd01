-- Definitions of functions whose bodies CREATE FUNCTION can check. `$1`, `$2`, `$3`: schemas, names, identity arguments.
SELECT
    wanted.schema || '.' || wanted.name || '(' || wanted.arguments || ')' AS name,
    pg_catalog.pg_get_functiondef(p.oid) AS definition
FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (schema, name, arguments)
JOIN pg_catalog.pg_namespace AS n ON n.nspname = wanted.schema
JOIN pg_catalog.pg_proc AS p
    ON p.pronamespace = n.oid
    AND p.proname = wanted.name
    AND pg_catalog.pg_get_function_identity_arguments(p.oid) = wanted.arguments
JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
WHERE p.prokind IN ('f', 'p', 'w') AND l.lanname IN ('sql', 'plpgsql')
ORDER BY 1
