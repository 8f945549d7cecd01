-- Operator families of the project with their operators and support functions. PostgreSQL 13 and newer.
SELECT
    f.oid,
    n.nspname AS schema,
    f.opfname AS name,
    am.amname AS method,
    pg_get_userbyid(f.opfowner) AS owner,
    ARRAY(
        SELECT 'operator ' || o.amopstrategy || ' ' || o.amopopr::regoperator
            || coalesce(' for order by ' || (
                SELECT quote_ident(sn.nspname) || '.' || quote_ident(s.opfname)
                FROM pg_opfamily s JOIN pg_namespace sn ON sn.oid = s.opfnamespace
                WHERE s.oid = o.amopsortfamily
            ), '')
        FROM pg_amop o
        WHERE o.amopfamily = f.oid
        ORDER BY o.amopstrategy, format_type(o.amoplefttype, NULL), format_type(o.amoprighttype, NULL), o.amoppurpose
    ) || ARRAY(
        SELECT 'function ' || p.amprocnum
            || ' (' || format_type(p.amproclefttype, NULL) || ', ' || format_type(p.amprocrighttype, NULL) || ') '
            || p.amproc::regprocedure
        FROM pg_amproc p
        WHERE p.amprocfamily = f.oid
        ORDER BY p.amprocnum, format_type(p.amproclefttype, NULL), format_type(p.amprocrighttype, NULL)
    ) AS members,
    ARRAY(SELECT o.oid FROM pg_amop o WHERE o.amopfamily = f.oid) AS operator_oids,
    ARRAY(SELECT p.oid FROM pg_amproc p WHERE p.amprocfamily = f.oid) AS function_oids
FROM pg_opfamily f
JOIN pg_namespace n ON n.oid = f.opfnamespace
JOIN pg_am am ON am.oid = f.opfmethod
WHERE left(n.nspname, 3) <> 'pg_'
  AND n.nspname <> 'information_schema'
  AND f.oid NOT IN (
      SELECT objid FROM pg_depend
      WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND classid = 'pg_opfamily'::regclass
  )
