-- How large relations are, with their partitions, and in which tablespace's folder ('': the data directory).
-- $1 relations as regclass text; those that are not there give no row.
SELECT
    named.name,
    pg_catalog.pg_tablespace_location(coalesce(nullif(class.reltablespace, 0), database.dattablespace)) AS folder,
    pg_catalog.sum(coalesce(pg_catalog.pg_total_relation_size(class.oid), 0))::bigint AS total,
    pg_catalog.sum(coalesce(pg_catalog.pg_table_size(class.oid), 0))::bigint AS own,
    pg_catalog.sum((
        SELECT coalesce(pg_catalog.max(pg_catalog.pg_relation_size(index.indexrelid)), 0)
        FROM pg_catalog.pg_index AS index WHERE index.indrelid = class.oid
    ))::bigint AS largest_index
FROM pg_catalog.unnest($1::text[]) AS named (name)
CROSS JOIN LATERAL (
    SELECT pg_catalog.to_regclass(named.name)::oid AS oid
    UNION
    SELECT part.relid::oid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass(named.name)) AS part
) AS member
JOIN pg_catalog.pg_class AS class ON class.oid = member.oid
JOIN pg_catalog.pg_database AS database ON database.datname = pg_catalog.current_database()
GROUP BY 1, 2
