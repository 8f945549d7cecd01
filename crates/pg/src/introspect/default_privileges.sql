-- ALTER DEFAULT PRIVILEGES. PostgreSQL 13 and newer.
-- An entry without a schema replaces the built-in default, so a grantee of that default who is missing from the entry
-- has lost it: such a grantee comes with no privilege at all.
SELECT
    d.defaclrole AS role,
    n.nspname AS schema,
    CASE d.defaclobjtype
        WHEN 'r' THEN 'table' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'function'
        WHEN 'T' THEN 'type' WHEN 'n' THEN 'schema' WHEN 'L' THEN 'large object'
        ELSE d.defaclobjtype::text
    END AS object_type,
    g.grantee,
    g.privileges,
    g.grantable
FROM pg_default_acl d
LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
CROSS JOIN LATERAL (
    SELECT e.grantee,
        coalesce(array_agg(e.privilege_type) FILTER (WHERE e.granted), '{}') AS privileges,
        coalesce(array_agg(e.is_grantable) FILTER (WHERE e.granted), '{}') AS grantable
    FROM (
        SELECT x.grantee, x.privilege_type, x.is_grantable, true AS granted
        FROM aclexplode(d.defaclacl) x
        UNION ALL
        SELECT x.grantee, NULL, NULL, false
        FROM aclexplode(acldefault(CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END, d.defaclrole)) x
        WHERE d.defaclnamespace = 0
    ) e
    GROUP BY e.grantee
) g
