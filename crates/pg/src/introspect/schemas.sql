-- Schemas of the project. PostgreSQL 13 and newer. No user schema may begin with pg_.
SELECT n.oid, n.nspname AS name, pg_get_userbyid(n.nspowner) AS owner
FROM pg_namespace n
WHERE left(n.nspname, 3) <> 'pg_'
  AND n.nspname <> 'information_schema'
  AND n.oid NOT IN (
      SELECT objid FROM pg_depend
      WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND classid = 'pg_namespace'::regclass
  )
