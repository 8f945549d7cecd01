-- Indexes of tables and materialized views. PostgreSQL 13 and newer.
SELECT
    i.indexrelid AS oid,
    i.indrelid AS relation,
    n.nspname AS schema,
    ic.relname AS name,
    pg_get_indexdef(i.indexrelid) AS definition,
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
JOIN pg_am am ON am.oid = ic.relam
LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')
LEFT JOIN pg_inherits h ON h.inhrelid = i.indexrelid
LEFT JOIN pg_class p ON p.oid = h.inhparent
LEFT JOIN pg_namespace pn ON pn.oid = p.relnamespace
LEFT JOIN pg_tablespace ts ON ts.oid = ic.reltablespace
WHERE left(n.nspname, 3) <> 'pg_'
  AND n.nspname <> 'information_schema'
