-- The extension that a name stands for: the schema that its control file insists on, and whether pgmason made it empty.
SELECT versions.schema::text, coalesce(available.comment LIKE 'pgmason stand-in: empty,%', false)
FROM pg_catalog.pg_available_extensions AS available
LEFT JOIN pg_catalog.pg_available_extension_versions AS versions
    ON versions.name = available.name AND versions.version = available.default_version
WHERE available.name = $1
