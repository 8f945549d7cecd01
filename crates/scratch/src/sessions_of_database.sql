-- Sessions that are in a database.
SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE datname::text = $1::text
