-- Enums, domains, composite, range and base types of the project. PostgreSQL 13 and newer.
-- A table's row type belongs to the table, an array or multirange type to its element: their OIDs ride along.
SELECT
    t.oid,
    array_remove(array_remove(ARRAY[
        t.oid, t.typarray,
        r.rngmultitypid, --@14+
        m.typarray, --@14+
        0
    ], 0::oid), NULL) AS oids,
    c.oid AS relation,
    n.nspname AS schema,
    t.typname AS name,
    t.typtype::text AS kind,
    pg_get_userbyid(t.typowner) AS owner,
    CASE WHEN t.typtype = 'e' THEN ARRAY(
        SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder
    ) END AS labels,
    CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END AS base_type,
    t.typnotnull AS not_null,
    CASE WHEN t.typdefaultbin IS NOT NULL THEN pg_get_expr(t.typdefaultbin, 0) ELSE t.typdefault END AS "default",
    CASE t.typtype
        WHEN 'd' THEN nullif(t.typcollation, b.typcollation)
        WHEN 'r' THEN nullif(r.rngcollation, s.typcollation)
    END AS collation,
    ARRAY(SELECT a.attname::text FROM pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS attributes,
    ARRAY(SELECT a.attnum FROM pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS attribute_numbers,
    ARRAY(SELECT format_type(a.atttypid, a.atttypmod) FROM pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS attribute_types,
    ARRAY(SELECT CASE WHEN a.attcollation <> y.typcollation THEN a.attcollation ELSE 0 END
          FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS attribute_collations,
    format_type(r.rngsubtype, NULL) AS subtype,
    sn.nspname AS subtype_opclass_schema,
    so.opcname AS subtype_opclass,
    nullif(r.rngcanonical, 0)::regproc::text AS canonical,
    nullif(r.rngsubdiff, 0)::regproc::text AS subtype_diff,
    m.typname AS multirange, --@14+
    mn.nspname AS multirange_schema, --@14+
    NULL AS multirange, --@<14
    NULL AS multirange_schema, --@<14
    t.typinput::text AS input,
    t.typoutput::text AS output,
    t.typlen AS length,
    t.typbyval AS by_value,
    t.typalign::text AS alignment,
    t.typstorage::text AS storage,
    t.typcategory::text AS category
FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_class c ON c.oid = t.typrelid
LEFT JOIN pg_type b ON b.oid = t.typbasetype
LEFT JOIN pg_range r ON r.rngtypid = t.oid
LEFT JOIN pg_type s ON s.oid = r.rngsubtype
LEFT JOIN pg_opclass so ON so.oid = r.rngsubopc
LEFT JOIN pg_namespace sn ON sn.oid = so.opcnamespace
LEFT JOIN pg_type m ON m.oid = r.rngmultitypid --@14+
LEFT JOIN pg_namespace mn ON mn.oid = m.typnamespace --@14+
WHERE left(n.nspname, 3) <> 'pg_'
  AND n.nspname <> 'information_schema'
  AND t.typisdefined
  AND (t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'c' AND c.relkind = 'c') OR (t.typtype = 'b' AND NOT EXISTS (
      SELECT FROM pg_type element WHERE element.oid = t.typelem AND element.typarray = t.oid
  )))
  AND t.oid NOT IN (
      SELECT objid FROM pg_depend
      WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND classid = 'pg_type'::regclass
  )
