-- Tables of publications, with column lists and filters where the server knows them. PostgreSQL 13 and newer.
SELECT
    r.oid,
    r.prpubid AS publication,
    n.nspname AS schema,
    c.relname AS name,
    CASE WHEN r.prattrs IS NOT NULL THEN ARRAY( --@15+
        SELECT a.attname::text FROM unnest(r.prattrs::int2[]) AS number --@15+
        JOIN pg_attribute a ON a.attrelid = r.prrelid AND a.attnum = number --@15+
        ORDER BY a.attnum --@15+
    ) END AS columns, --@15+
    pg_get_expr(r.prqual, r.prrelid) AS filter --@15+
    NULL::text[] AS columns, --@<15
    NULL AS filter --@<15
FROM pg_publication_rel r
JOIN pg_class c ON c.oid = r.prrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
ORDER BY r.prpubid, n.nspname, c.relname
