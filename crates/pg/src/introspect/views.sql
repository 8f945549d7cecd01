-- Views and materialized views of the project. PostgreSQL 13 and newer.
SELECT
    c.oid,
    array_remove(array_remove(ARRAY[c.reltype, t.typarray], 0::oid), NULL) AS row_types,
    n.nspname AS schema,
    c.relname AS name,
    c.relkind = 'm' AS materialized,
    pg_get_userbyid(c.relowner) AS owner,
    pg_get_viewdef(c.oid) AS definition,
    ARRAY(SELECT a.attname::text FROM pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS attributes,
    ARRAY(SELECT a.attnum FROM pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS attribute_numbers,
    ARRAY(SELECT format_type(a.atttypid, a.atttypmod) FROM pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS attribute_types,
    ARRAY(SELECT CASE WHEN a.attcollation <> y.typcollation THEN a.attcollation ELSE 0 END
          FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS attribute_collations,
    ARRAY(SELECT d.oid FROM pg_attrdef d WHERE d.adrelid = c.oid ORDER BY d.adnum) AS default_oids,
    ARRAY(SELECT d.adnum FROM pg_attrdef d WHERE d.adrelid = c.oid ORDER BY d.adnum) AS default_numbers,
    ARRAY(SELECT pg_get_expr(d.adbin, 0) FROM pg_attrdef d WHERE d.adrelid = c.oid ORDER BY d.adnum) AS default_expressions,
    c.reloptions AS options,
    c.relispopulated AS populated,
    am.amname AS access_method,
    ts.spcname AS tablespace
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_type t ON t.oid = c.reltype
LEFT JOIN pg_am am ON am.oid = c.relam
LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace
WHERE c.relkind IN ('v', 'm')
  AND left(n.nspname, 3) <> 'pg_'
  AND n.nspname <> 'information_schema'
  AND c.oid NOT IN (
      SELECT objid FROM pg_depend
      WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND classid = 'pg_class'::regclass
  )
