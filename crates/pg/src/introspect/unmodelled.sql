-- Objects of kinds that the catalog has no model for, without the members of extensions. PostgreSQL 13 and newer.
WITH found (catalog, class, object, schema, name) AS (
    SELECT 'pg_ts_parser', 'pg_ts_parser'::regclass::oid, oid, prsnamespace, prsname::text FROM pg_ts_parser
    UNION ALL
    SELECT 'pg_ts_template', 'pg_ts_template'::regclass::oid, oid, tmplnamespace, tmplname FROM pg_ts_template
    UNION ALL
    SELECT 'pg_conversion', 'pg_conversion'::regclass::oid, oid, connamespace, conname FROM pg_conversion
    UNION ALL
    SELECT 'pg_language', 'pg_language'::regclass::oid, oid, 0, lanname FROM pg_language
    UNION ALL
    SELECT 'pg_transform', 'pg_transform'::regclass::oid, t.oid, 0, format_type(t.trftype, NULL) || ' for ' || l.lanname
    FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang
    UNION ALL
    SELECT 'pg_am', 'pg_am'::regclass::oid, oid, 0, amname FROM pg_am
    UNION ALL
    SELECT 'pg_type', 'pg_type'::regclass::oid, oid, typnamespace, typname || ' (shell)' FROM pg_type WHERE NOT typisdefined
    UNION ALL
    SELECT 'pg_seclabel', classoid, objoid, 0, provider || ' on ' || pg_describe_object(classoid, objoid, objsubid)
    FROM pg_seclabel
)
SELECT f.catalog, n.nspname AS schema, f.name
FROM found f
LEFT JOIN pg_namespace n ON n.oid = f.schema
WHERE f.object >= 16384
  AND (f.class, f.object) NOT IN (
      SELECT classid, objid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
  )
