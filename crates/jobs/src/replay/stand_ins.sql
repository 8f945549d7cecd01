-- Extensions of this database whose files are stand-ins.
SELECT extension.extname::text
FROM pg_catalog.pg_extension AS extension
JOIN pg_catalog.pg_available_extensions AS available ON available.name = extension.extname
WHERE available.comment LIKE 'pgmason stand-in:%'
ORDER BY 1
