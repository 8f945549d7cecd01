-- Text search dictionaries of the project. PostgreSQL 13 and newer.
SELECT
    d.oid,
    n.nspname AS schema,
    d.dictname AS name,
    pg_get_userbyid(d.dictowner) AS owner,
    tn.nspname AS template_schema,
    t.tmplname AS template,
    d.dictinitoption AS options
FROM pg_ts_dict d
JOIN pg_namespace n ON n.oid = d.dictnamespace
JOIN pg_ts_template t ON t.oid = d.dicttemplate
JOIN pg_namespace tn ON tn.oid = t.tmplnamespace
WHERE left(n.nspname, 3) <> 'pg_'
  AND n.nspname <> 'information_schema'
  AND d.oid NOT IN (
      SELECT objid FROM pg_depend
      WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND classid = 'pg_ts_dict'::regclass
  )
