-- How often names were used: scans of the tables that views under them look into. $1: these tables.
SELECT
    marker.name AS marker,
    coalesce(statistics.seq_scan, 0) AS uses
FROM pg_catalog.unnest($1::text[]) AS marker (name)
LEFT JOIN pg_catalog.pg_stat_all_tables AS statistics ON statistics.relid = pg_catalog.to_regclass(marker.name)
