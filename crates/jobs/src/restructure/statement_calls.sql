-- What pg_stat_statements counts of this database, of each role. {schema}: where the extension is.
SELECT
    pg_catalog.concat_ws('.', counted.userid, counted.queryid) AS statement,
    pg_catalog.min(counted.query) AS query,
    pg_catalog.sum(counted.calls)::bigint AS calls
FROM {schema}.pg_stat_statements AS counted
WHERE counted.dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
  AND counted.queryid IS NOT NULL AND counted.query IS NOT NULL
GROUP BY counted.userid, counted.queryid
