-- Foreign servers of the project. PostgreSQL 13 and newer.
SELECT
    s.oid,
    s.srvname AS name,
    pg_get_userbyid(s.srvowner) AS owner,
    w.fdwname AS wrapper,
    s.srvtype AS server_type,
    s.srvversion AS version,
    s.srvoptions AS options
FROM pg_foreign_server s
JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
WHERE s.oid NOT IN (
    SELECT objid FROM pg_depend
    WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND classid = 'pg_foreign_server'::regclass
)
