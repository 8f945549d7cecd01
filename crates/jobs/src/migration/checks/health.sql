-- One row: what a server that is well does not show. Sessions of other roles are only seen with pg_read_all_stats.
SELECT
    pg_catalog.pg_is_in_recovery() AS in_recovery,
    ARRAY(
        SELECT i.indexrelid::pg_catalog.regclass::text
        FROM pg_catalog.pg_index i
        JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
        -- A partitioned index waits for its partitions' and is no failure; one that is being built is none yet.
        WHERE NOT i.indisvalid AND c.relkind = 'i'
          AND NOT EXISTS (
              SELECT FROM pg_catalog.pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid
          )
        ORDER BY 1
    ) AS invalid_indexes,
    s.connections,
    pg_catalog.current_setting('max_connections')::bigint AS max_connections,
    s.hidden,
    s.waiting_seconds,
    greatest(s.transaction_seconds, (
        SELECT pg_catalog.max(extract(epoch FROM pg_catalog.clock_timestamp() - prepared))::float8
        FROM pg_catalog.pg_prepared_xacts
        WHERE database = pg_catalog.current_database()
    )) AS transaction_seconds
FROM (
    SELECT
        pg_catalog.count(*) AS connections,
        pg_catalog.count(*) FILTER (WHERE query = '<insufficient privilege>') AS hidden,
        pg_catalog.max(extract(epoch FROM pg_catalog.clock_timestamp() - query_start))
            FILTER (WHERE wait_event_type = 'Lock' AND state = 'active')::float8 AS waiting_seconds,
        pg_catalog.max(extract(epoch FROM pg_catalog.clock_timestamp() - xact_start))
            FILTER (WHERE pid <> pg_catalog.pg_backend_pid())::float8 AS transaction_seconds
    FROM pg_catalog.pg_stat_activity
    WHERE backend_type = 'client backend'
       OR query = '<insufficient privilege>' AND datid IS NOT NULL AND usesysid IS NOT NULL
) s
