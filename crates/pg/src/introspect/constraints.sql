-- Constraints of tables. PostgreSQL 13 and newer.
-- A foreign key to a partitioned table has one more row per partition of it, on the same table: those are left out.
SELECT
    k.oid,
    k.conrelid AS relation,
    k.conname AS name,
    k.contype::text AS kind,
    -- The plain ones are put together here, as in indexes.sql.
    CASE
        WHEN k.contype IN ('p', 'u') AND NOT k.condeferrable AND ki.indnatts = ki.indnkeyatts AND i.reloptions IS NULL
            AND NOT ki.indnullsnotdistinct --@15+
            AND NOT k.conperiod --@18+
            AND i.reltablespace = 0
        THEN CASE k.contype WHEN 'p' THEN 'PRIMARY KEY (' ELSE 'UNIQUE (' END || (
                SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY key.place)
                FROM unnest(k.conkey) WITH ORDINALITY AS key (number, place)
                JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = key.number
            ) || ')'
        ELSE pg_get_constraintdef(k.oid)
    END AS definition,
    k.conkey AS columns,
    k.confrelid AS referenced_oid,
    rn.nspname AS referenced_schema,
    rc.relname AS referenced,
    k.confkey AS referenced_columns,
    CASE WHEN k.confrelid IN (
        SELECT objid FROM pg_depend
        WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND classid = 'pg_class'::regclass
    ) THEN ARRAY(
        SELECT a.attname::text
        FROM unnest(k.confkey) WITH ORDINALITY AS key (number, place)
        JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = key.number
        ORDER BY key.place
    ) END AS referenced_names,
    k.confupdtype::text AS on_update,
    k.confdeltype::text AS on_delete,
    k.confmatchtype = 'f' AS match_full,
    k.convalidated AS validated,
    k.conenforced AS enforced, --@18+
    true AS enforced, --@<18
    k.condeferrable AS deferrable,
    k.condeferred AS initially_deferred,
    k.connoinherit AS no_inherit,
    k.coninhcount > 0 AND NOT k.conislocal AS inherited,
    i.relname AS index
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class rc ON rc.oid = k.confrelid
LEFT JOIN pg_namespace rn ON rn.oid = rc.relnamespace
LEFT JOIN pg_class i ON i.oid = k.conindid AND k.contype IN ('p', 'u', 'x')
LEFT JOIN pg_index ki ON ki.indexrelid = i.oid
LEFT JOIN pg_constraint parent ON parent.oid = k.conparentid
WHERE c.relkind IN ('r', 'p', 'f')
  AND left(n.nspname, 3) <> 'pg_'
  AND n.nspname <> 'information_schema'
  AND (parent.oid IS NULL OR parent.conrelid <> k.conrelid)
