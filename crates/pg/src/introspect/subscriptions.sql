-- Subscriptions of this database, without the connection string, which nobody but a superuser may read.
-- PostgreSQL 13 and newer.
SELECT 'pg_subscription' AS catalog, NULL AS schema, s.subname::text AS name
FROM pg_subscription s
WHERE s.subdbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
