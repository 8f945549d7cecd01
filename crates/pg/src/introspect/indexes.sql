-- Indexes of tables and materialized views. PostgreSQL 13 and newer.
-- pg_get_indexdef walks all operator classes for every key. Most indexes are plain: btree over columns, with the classes,
-- collations and order that go without saying. The definition of those is put together here, at a tenth of the price; a
-- test holds it against pg_get_indexdef.
SELECT
    i.indexrelid AS oid,
    i.indrelid AS relation,
    n.nspname AS schema,
    ic.relname AS name,
    CASE
        WHEN plain.keys IS NOT NULL
        THEN 'CREATE ' || CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX ' || quote_ident(ic.relname)
            || ' ON ' || quote_ident(tn.nspname) || '.' || quote_ident(t.relname) || ' USING btree (' || plain.keys || ')'
        ELSE pg_get_indexdef(i.indexrelid)
    END AS definition,
    am.amname AS method,
    i.indisunique AS "unique",
    i.indisprimary AS "primary",
    i.indisexclusion AS exclusion,
    i.indnullsnotdistinct AS nulls_not_distinct, --@15+
    false AS nulls_not_distinct, --@<15
    i.indimmediate AS immediate,
    i.indnkeyatts AS key_count,
    i.indkey::int2[] AS keys,
    i.indclass::oid[] AS operator_classes,
    i.indcollation::oid[] AS collations,
    i.indoption::int2[] AS orders,
    CASE WHEN i.indexprs IS NOT NULL THEN ARRAY(
        SELECT pg_get_indexdef(i.indexrelid, place, false)
        FROM generate_series(1, i.indnkeyatts) AS place
        WHERE i.indkey[place - 1] = 0
        ORDER BY place
    ) END AS expressions,
    CASE WHEN am.amname <> 'btree' THEN ARRAY(
        SELECT a.attnum || ' ' || option
        FROM pg_attribute a, unnest(a.attoptions) AS option
        WHERE a.attrelid = i.indexrelid
    ) END AS operator_class_options,
    CASE WHEN i.indexprs IS NOT NULL THEN ARRAY(
        SELECT nullif(a.attstattarget, -1)::integer
        FROM pg_attribute a
        WHERE a.attrelid = i.indexrelid
        ORDER BY a.attnum
    ) END AS statistics_targets,
    pg_get_expr(i.indpred, i.indrelid) AS predicate,
    i.indisvalid AS valid,
    i.indisready AS ready,
    i.indisclustered AS clustered,
    i.indisreplident AS replica_identity,
    k.conname AS "constraint",
    pn.nspname AS parent_schema,
    p.relname AS parent,
    ic.reloptions AS options,
    ts.spcname AS tablespace
FROM pg_index i
JOIN pg_class ic ON ic.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = ic.relnamespace
JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_namespace tn ON tn.oid = t.relnamespace
JOIN pg_am am ON am.oid = ic.relam
LEFT JOIN LATERAL (
    SELECT CASE WHEN bool_and(
            key.ordering = 0 AND key.collated = a.attcollation
            AND (key.class, CASE a.atttypid WHEN 'varchar'::regtype THEN 'text'::regtype ELSE a.atttypid END)
                IN (SELECT oid, opcintype FROM pg_opclass WHERE opcdefault)
        ) AND count(*) = i.indnatts
        THEN string_agg(quote_ident(a.attname), ', ' ORDER BY key.place) END AS keys
    FROM unnest(i.indkey::int2[], i.indclass::oid[], i.indcollation::oid[], i.indoption::int2[])
        WITH ORDINALITY AS key (number, class, collated, ordering, place)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = key.number
    WHERE am.amname = 'btree' AND ic.relkind = 'i' AND ic.reloptions IS NULL
        AND i.indexprs IS NULL AND i.indpred IS NULL AND i.indnkeyatts = i.indnatts
        AND NOT i.indnullsnotdistinct --@15+
) AS plain ON true
LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')
LEFT JOIN pg_inherits h ON h.inhrelid = i.indexrelid
LEFT JOIN pg_class p ON p.oid = h.inhparent
LEFT JOIN pg_namespace pn ON pn.oid = p.relnamespace
LEFT JOIN pg_tablespace ts ON ts.oid = ic.reltablespace
WHERE left(n.nspname, 3) <> 'pg_'
  AND n.nspname <> 'information_schema'
