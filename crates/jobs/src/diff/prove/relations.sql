-- Relations with storage, and partitioned tables, with what tells whether they were written anew.
SELECT
    c.oid,
    n.nspname::text AS schema,
    c.relname::text AS name,
    c.relkind::text AS kind,
    c.relfilenode,
    i.indrelid AS index_of,
    c.relkind = 'p' OR (c.relkind = 'r' AND pg_catalog.pg_relation_size(c.oid) > 0) AS filled,
    pg_catalog.has_table_privilege(c.oid, 'SELECT') AS readable
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_index AS i ON i.indexrelid = c.oid
WHERE c.relkind IN ('r', 'p', 'm', 'i')
    AND c.relpersistence <> 't'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'pgmason_scratch')
