-- Extended statistics objects. PostgreSQL 13 and newer.
SELECT
    s.oid,
    n.nspname AS schema,
    s.stxname AS name,
    pg_get_userbyid(s.stxowner) AS owner,
    s.stxrelid AS relation,
    pg_get_statisticsobjdef(s.oid) AS definition,
    nullif(s.stxstattarget, -1)::integer AS target
FROM pg_statistic_ext s
JOIN pg_namespace n ON n.oid = s.stxnamespace
