-- How far sequences have come; the view gives NULL where the role may not read one. PostgreSQL 13 and newer.
SELECT c.oid, s.last_value
FROM pg_sequences s
JOIN pg_namespace n ON n.nspname = s.schemaname
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = s.sequencename
