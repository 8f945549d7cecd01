-- Every role with its memberships. PostgreSQL 13 and newer.
SELECT
    r.oid,
    r.rolname AS name,
    r.rolsuper AS superuser,
    r.rolbypassrls AS bypass_rls,
    r.rolcanlogin AS can_login,
    r.rolinherit AS inherit,
    ARRAY(
        SELECT g.rolname::text
        FROM pg_auth_members m
        JOIN pg_roles g ON g.oid = m.roleid
        WHERE m.member = r.oid
    ) AS member_of
FROM pg_roles r
