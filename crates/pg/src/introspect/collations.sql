-- Collations: all names, since columns refer to PostgreSQL's own; details matter for the project's. PostgreSQL 13 and newer.
SELECT
    c.oid,
    n.nspname AS schema,
    c.collname AS name,
    left(n.nspname, 3) <> 'pg_' AND n.nspname <> 'information_schema' AND c.oid NOT IN (
        SELECT objid FROM pg_depend
        WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND classid = 'pg_collation'::regclass
    ) AS listed,
    pg_get_userbyid(c.collowner) AS owner,
    c.collprovider::text AS provider,
    c.collisdeterministic AS deterministic,
    CASE WHEN c.collprovider <> 'i' THEN c.collcollate END::text AS collate, --@<15
    CASE WHEN c.collprovider <> 'i' THEN c.collctype END::text AS ctype, --@<15
    CASE WHEN c.collprovider = 'i' THEN c.collcollate END::text AS locale, --@<15
    c.collcollate AS collate, --@15+
    c.collctype AS ctype, --@15+
    c.colliculocale AS locale, --@15-16
    c.colllocale AS locale, --@17+
    c.collicurules AS rules --@16+
    NULL::text AS rules --@<16
FROM pg_collation c
JOIN pg_namespace n ON n.oid = c.collnamespace
WHERE n.nspname <> 'pg_catalog' OR c.oid < 12000 OR EXISTS (
    SELECT FROM pg_depend d WHERE d.refclassid = 'pg_collation'::regclass AND d.refobjid = c.oid
)
