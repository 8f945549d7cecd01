-- User mappings by the view that hides other people's options. Only the options' names are asked for, never a value.
-- PostgreSQL 13 and newer.
SELECT
    m.umid AS oid,
    m.srvname AS server,
    m.usename AS "user",
    ARRAY(SELECT option_name FROM pg_options_to_table(m.umoptions)) AS option_names,
    m.umoptions IS NULL AND NOT current_setting('is_superuser')::boolean AS hidden
FROM pg_user_mappings m
