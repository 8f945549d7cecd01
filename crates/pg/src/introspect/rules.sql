-- Rewrite rules. The rule that makes a view is the view: it comes without a definition. PostgreSQL 13 and newer.
SELECT
    r.oid,
    r.ev_class AS relation,
    r.rulename AS name,
    r.ev_type = '1' AND r.is_instead AS makes_view,
    CASE WHEN r.ev_type <> '1' THEN pg_get_ruledef(r.oid) END AS definition,
    r.ev_type::text AS event,
    r.is_instead AS instead,
    r.ev_enabled::text AS state
FROM pg_rewrite r
WHERE r.oid >= 16384
