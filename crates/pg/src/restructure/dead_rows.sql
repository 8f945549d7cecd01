-- Dead rows of a relation and its partitions, and whether they are about to be cleaned. $1 relation as regclass text.
-- The server counts with a delay of up to a second.
WITH visited AS (
    SELECT pg_catalog.to_regclass($1)::oid AS oid
    UNION
    SELECT part.relid::oid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass($1)) AS part
), counted AS (
    SELECT
        pg_catalog.pg_stat_get_dead_tuples(class.oid) AS dead,
        pg_catalog.pg_stat_get_live_tuples(class.oid) AS live,
        -- Where the role may not see which table it is, it is not seen.
        EXISTS (
            SELECT FROM pg_catalog.pg_stat_progress_vacuum AS vacuum
            WHERE vacuum.datname = pg_catalog.current_database() AND vacuum.relid = class.oid
        ) AS at_work,
        pg_catalog.current_setting('autovacuum')::boolean
            AND pg_catalog.current_setting('track_counts')::boolean
            AND coalesce(own.enabled, true)
            AND pg_catalog.pg_stat_get_dead_tuples(class.oid)
                > coalesce(own.threshold, pg_catalog.current_setting('autovacuum_vacuum_threshold')::double precision)
                + coalesce(own.scale, pg_catalog.current_setting('autovacuum_vacuum_scale_factor')::double precision)
                * greatest(class.reltuples, 0) AS due
    FROM visited
    JOIN pg_catalog.pg_class AS class ON class.oid = visited.oid
    CROSS JOIN LATERAL (
        SELECT
            pg_catalog.bool_and(option_value::boolean) FILTER (WHERE option_name = 'autovacuum_enabled') AS enabled,
            pg_catalog.max(option_value::double precision)
                FILTER (WHERE option_name = 'autovacuum_vacuum_threshold') AS threshold,
            pg_catalog.max(option_value::double precision)
                FILTER (WHERE option_name = 'autovacuum_vacuum_scale_factor') AS scale
        FROM pg_catalog.pg_options_to_table(class.reloptions)
    ) AS own
)
SELECT
    coalesce(pg_catalog.sum(dead), 0)::bigint AS dead,
    coalesce(pg_catalog.sum(live), 0)::bigint AS live,
    coalesce(pg_catalog.bool_or(at_work), false) AS at_work,
    coalesce(pg_catalog.bool_or(due), false) AS due,
    pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::bigint AS next_xid
FROM counted
