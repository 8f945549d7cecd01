-- Sequences of the project; whom they belong to comes with the dependencies. PostgreSQL 13 and newer.
SELECT
    c.oid,
    n.nspname AS schema,
    c.relname AS name,
    pg_get_userbyid(c.relowner) AS owner,
    format_type(s.seqtypid, NULL) AS type_name,
    s.seqstart AS start,
    s.seqincrement AS increment,
    s.seqmin AS minimum,
    s.seqmax AS maximum,
    s.seqcache AS cache,
    s.seqcycle AS cycle,
    c.relpersistence = 'u' AS unlogged
FROM pg_sequence s
JOIN pg_class c ON c.oid = s.seqrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE left(n.nspname, 3) <> 'pg_'
  AND n.nspname <> 'information_schema'
  AND c.oid NOT IN (
      SELECT objid FROM pg_depend
      WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND classid = 'pg_class'::regclass
  )
