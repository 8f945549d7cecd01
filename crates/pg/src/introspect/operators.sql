-- Operators of the project; a shell operator (no function yet) is none. PostgreSQL 13 and newer.
SELECT
    o.oid,
    n.nspname AS schema,
    o.oprname AS name,
    '(' || CASE WHEN o.oprleft = 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL) END
        || ', ' || CASE WHEN o.oprright = 0 THEN 'NONE' ELSE format_type(o.oprright, NULL) END || ')' AS operands,
    pg_get_userbyid(o.oprowner) AS owner,
    o.oprcode::text AS function,
    format_type(o.oprresult, NULL) AS result,
    nullif(o.oprcom, 0)::regoperator::text AS commutator,
    nullif(o.oprnegate, 0)::regoperator::text AS negator,
    nullif(o.oprrest, 0)::regproc::text AS restrict,
    nullif(o.oprjoin, 0)::regproc::text AS join,
    o.oprcanhash AS hashes,
    o.oprcanmerge AS merges
FROM pg_operator o
JOIN pg_namespace n ON n.oid = o.oprnamespace
WHERE o.oprcode <> 0
  AND left(n.nspname, 3) <> 'pg_'
  AND n.nspname <> 'information_schema'
  AND o.oid NOT IN (
      SELECT objid FROM pg_depend
      WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND classid = 'pg_operator'::regclass
  )
