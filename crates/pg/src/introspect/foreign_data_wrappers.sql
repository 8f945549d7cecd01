-- Foreign-data wrappers of the project. PostgreSQL 13 and newer.
SELECT
    w.oid,
    w.fdwname AS name,
    pg_get_userbyid(w.fdwowner) AS owner,
    nullif(w.fdwhandler, 0)::regproc::text AS handler,
    nullif(w.fdwvalidator, 0)::regproc::text AS validator,
    w.fdwoptions AS options
FROM pg_foreign_data_wrapper w
WHERE w.oid NOT IN (
    SELECT objid FROM pg_depend
    WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
      AND classid = 'pg_foreign_data_wrapper'::regclass
)
