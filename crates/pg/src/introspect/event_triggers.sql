-- Event triggers of the project. PostgreSQL 13 and newer.
SELECT
    e.oid,
    e.evtname AS name,
    pg_get_userbyid(e.evtowner) AS owner,
    e.evtevent AS event,
    e.evttags AS tags,
    fn.nspname AS function_schema,
    f.proname AS function,
    e.evtenabled::text AS state
FROM pg_event_trigger e
JOIN pg_proc f ON f.oid = e.evtfoid
JOIN pg_namespace fn ON fn.oid = f.pronamespace
WHERE e.oid NOT IN (
    SELECT objid FROM pg_depend
    WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND classid = 'pg_event_trigger'::regclass
)
