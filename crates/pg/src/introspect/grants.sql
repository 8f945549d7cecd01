-- Who may do what, implied defaults written out. PostgreSQL 13 and newer.
-- Thousands of objects share a few access control lists, so each list is expanded once and comes with its objects.
WITH objects (class, object, sub, acl) AS (
    SELECT 'pg_class'::regclass::oid, c.oid, 0,
        coalesce(c.relacl, acldefault(CASE WHEN c.relkind = 'S' THEN 's' ELSE 'r' END::"char", c.relowner))
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
      AND left(n.nspname, 3) <> 'pg_' AND n.nspname <> 'information_schema'
    UNION ALL
    SELECT 'pg_class'::regclass::oid, a.attrelid, a.attnum, a.attacl
    FROM pg_attribute a
    WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
    UNION ALL
    SELECT 'pg_proc'::regclass::oid, p.oid, 0, coalesce(p.proacl, acldefault('f', p.proowner))
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE left(n.nspname, 3) <> 'pg_' AND n.nspname <> 'information_schema'
    UNION ALL
    SELECT 'pg_type'::regclass::oid, t.oid, 0, coalesce(t.typacl, acldefault('T', t.typowner))
    FROM pg_type t
    JOIN pg_namespace n ON n.oid = t.typnamespace
    LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE left(n.nspname, 3) <> 'pg_' AND n.nspname <> 'information_schema'
      AND (t.typtype IN ('e', 'd', 'r') OR c.relkind = 'c' OR (t.typtype = 'b' AND t.typelem = 0))
    UNION ALL
    SELECT 'pg_namespace'::regclass::oid, n.oid, 0, coalesce(n.nspacl, acldefault('n', n.nspowner))
    FROM pg_namespace n
    WHERE left(n.nspname, 3) <> 'pg_' AND n.nspname <> 'information_schema'
    UNION ALL
    SELECT 'pg_foreign_data_wrapper'::regclass::oid, w.oid, 0, coalesce(w.fdwacl, acldefault('F', w.fdwowner))
    FROM pg_foreign_data_wrapper w
    UNION ALL
    SELECT 'pg_foreign_server'::regclass::oid, s.oid, 0, coalesce(s.srvacl, acldefault('S', s.srvowner))
    FROM pg_foreign_server s
),
lists AS (
    SELECT acl, array_agg(class) AS classes, array_agg(object) AS objects, array_agg(sub) AS subs
    FROM objects
    GROUP BY acl
)
SELECT
    l.classes,
    l.objects,
    l.subs,
    g.grantee,
    g.privileges,
    g.grantable
FROM lists l
CROSS JOIN LATERAL (
    SELECT e.grantee,
        array_agg(e.privilege_type ORDER BY e.privilege_type) AS privileges,
        array_agg(e.is_grantable ORDER BY e.privilege_type) AS grantable
    FROM (
        SELECT x.grantee, x.privilege_type, bool_or(x.is_grantable) AS is_grantable
        FROM aclexplode(l.acl) x
        GROUP BY x.grantee, x.privilege_type
    ) e
    GROUP BY e.grantee
) g
