-- What only a superuser may read of this database's subscriptions. PostgreSQL 13 and newer.
SELECT s.subname AS name, s.subconninfo AS connection, s.subsynccommit AS synchronous_commit
FROM pg_subscription s
WHERE s.subdbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
