-- Columns of tables with their defaults and generation expressions. PostgreSQL 13 and newer.
SELECT
    a.attrelid AS relation,
    a.attnum AS number,
    a.attname AS name,
    format_type(a.atttypid, a.atttypmod) AS type_name,
    a.atttypid AS type_oid,
    CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END AS base_type_oid,
    a.attnotnull AS not_null,
    a.attidentity::text AS identity,
    a.attgenerated::text AS generated,
    d.oid AS default_oid,
    -- A default has no Vars: without a relation to look up, its deparse is several times faster.
    pg_get_expr(d.adbin, CASE WHEN a.attgenerated <> '' THEN d.adrelid ELSE 0 END) AS expression,
    a.attcollation AS collation,
    a.attcollation <> t.typcollation AS collation_differs,
    CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage::text END AS storage,
    a.attcompression::text AS compression, --@14+
    '' AS compression, --@<14
    nullif(a.attstattarget, -1)::integer AS statistics_target,
    a.attinhcount > 0 AND NOT a.attislocal AS inherited,
    a.attoptions AS options,
    a.attfdwoptions AS foreign_options
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef
WHERE a.attnum > 0
  AND NOT a.attisdropped
  AND c.relkind IN ('r', 'p', 'f')
  AND left(n.nspname, 3) <> 'pg_'
  AND n.nspname <> 'information_schema'
  AND c.oid NOT IN (
      SELECT objid FROM pg_depend
      WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND classid = 'pg_class'::regclass
  )
ORDER BY a.attrelid, a.attnum
