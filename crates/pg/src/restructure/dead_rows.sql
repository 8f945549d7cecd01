-- Dead rows of a relation and its partitions. $1 relation as regclass text. The server counts with a delay of up to a second.
SELECT
    coalesce(pg_catalog.sum(pg_catalog.pg_stat_get_dead_tuples(visited.oid)), 0)::bigint AS dead,
    coalesce(pg_catalog.sum(pg_catalog.pg_stat_get_live_tuples(visited.oid)), 0)::bigint AS live,
    pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::bigint AS next_xid
FROM (
    SELECT pg_catalog.to_regclass($1)::oid AS oid
    UNION
    SELECT part.relid::oid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass($1)) AS part
) AS visited
