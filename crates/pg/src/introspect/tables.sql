-- Tables, partitioned and foreign tables of the project. PostgreSQL 13 and newer.
SELECT
    c.oid,
    array_remove(array_remove(ARRAY[c.reltype, t.typarray], 0::oid), NULL) AS row_types,
    n.nspname AS schema,
    c.relname AS name,
    c.relkind::text AS kind,
    c.relpersistence::text AS persistence,
    pg_get_userbyid(c.relowner) AS owner,
    CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_key,
    CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END AS bound,
    parents.schemas AS parent_schemas,
    parents.names AS parent_names,
    tn.nspname AS of_type_schema,
    ty.typname AS of_type,
    c.relrowsecurity AS row_security,
    c.relforcerowsecurity AS force_row_security,
    c.relreplident::text AS replica_identity,
    CASE WHEN c.relreplident = 'i' THEN (
        SELECT ic.relname FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid
        WHERE i.indrelid = c.oid AND i.indisreplident
    ) END AS replica_index,
    c.reloptions AS options,
    toast.reloptions AS toast_options,
    am.amname AS access_method,
    ts.spcname AS tablespace,
    fs.srvname AS foreign_server,
    ft.ftoptions AS foreign_options
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_type t ON t.oid = c.reltype
LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid AND toast.reloptions IS NOT NULL
LEFT JOIN pg_type ty ON ty.oid = c.reloftype AND c.reloftype <> 0
LEFT JOIN pg_namespace tn ON tn.oid = ty.typnamespace
LEFT JOIN pg_am am ON am.oid = c.relam
LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace
LEFT JOIN pg_foreign_table ft ON ft.ftrelid = c.oid
LEFT JOIN pg_foreign_server fs ON fs.oid = ft.ftserver
LEFT JOIN (
    SELECT
        i.inhrelid AS child,
        array_agg(pn.nspname::text ORDER BY i.inhseqno) AS schemas,
        array_agg(p.relname::text ORDER BY i.inhseqno) AS names
    FROM pg_inherits i
    JOIN pg_class p ON p.oid = i.inhparent
    JOIN pg_namespace pn ON pn.oid = p.relnamespace
    GROUP BY i.inhrelid
) parents ON parents.child = c.oid
WHERE c.relkind IN ('r', 'p', 'f')
  AND left(n.nspname, 3) <> 'pg_'
  AND n.nspname <> 'information_schema'
  AND c.oid NOT IN (
      SELECT objid FROM pg_depend
      WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND classid = 'pg_class'::regclass
  )
