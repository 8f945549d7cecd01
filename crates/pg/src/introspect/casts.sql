-- Casts that are not PostgreSQL's own, nor a range type's to its multirange (an internal dependency).
-- PostgreSQL 13 and newer.
SELECT
    c.oid,
    format_type(c.castsource, NULL) AS source,
    format_type(c.casttarget, NULL) AS target,
    nullif(c.castfunc, 0)::regprocedure::text AS function,
    c.castcontext::text AS context,
    c.castmethod::text AS method
FROM pg_cast c
WHERE c.oid >= 16384
  AND c.oid NOT IN (
      SELECT objid FROM pg_depend
      WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND classid = 'pg_cast'::regclass
  )
  AND c.oid NOT IN (
      SELECT objid FROM pg_depend
      WHERE classid = 'pg_cast'::regclass AND deptype = 'i' AND refclassid = 'pg_type'::regclass
  )
