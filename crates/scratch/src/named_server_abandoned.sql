-- Scratch databases that no session is in. One that is just being made has its maker's session within the second.
SELECT database.datname::text
FROM pg_catalog.pg_database AS database
WHERE database.datname LIKE 'pgmason\_scratch\_%'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity AS session WHERE session.datid = database.oid)
  AND (pg_catalog.pg_stat_file('base/' || database.oid || '/PG_VERSION', true)).modification
      < pg_catalog.now() - interval '1 hour'
