-- Triggers that somebody wrote, and the copies of them that partitions got. PostgreSQL 13 and newer.
-- Before 15 such a copy is marked internal, as the triggers of foreign keys and deferrable constraints are.
SELECT
    t.oid,
    t.tgrelid AS relation,
    t.tgname AS name,
    pg_get_triggerdef(t.oid) AS definition,
    fn.nspname AS function_schema,
    f.proname AS function,
    t.tgtype AS type_bits,
    t.tgattr::int2[] AS columns,
    t.tgenabled::text AS state,
    t.tgconstraint <> 0 AS "constraint",
    t.tgparentid <> 0 AS inherited
FROM pg_trigger t
JOIN pg_proc f ON f.oid = t.tgfoid
JOIN pg_namespace fn ON fn.oid = f.pronamespace
LEFT JOIN pg_constraint k ON k.oid = t.tgconstraint
WHERE NOT t.tgisinternal
   OR (t.tgparentid <> 0 AND (k.oid IS NULL OR k.contype = 't')) --@<15
