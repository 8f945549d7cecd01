-- Subscriptions of this database, as far as everybody may read them. PostgreSQL 13 and newer.
-- Before 15 the OID is not among that; the view shows those of every database, and another's OID is nothing here.
SELECT
    ARRAY[s.oid] AS oids, --@15+
    ARRAY(SELECT t.subid FROM pg_stat_subscription t WHERE t.subname = s.subname) AS oids, --@<15
    s.subname AS name,
    pg_get_userbyid(s.subowner) AS owner,
    s.subenabled AS enabled,
    s.subpublications AS publications,
    s.subslotname::text AS slot_name,
    s.subbinary AS "binary", --@14+
    NULL::boolean AS "binary", --@<14
    CASE s.substream::text WHEN 'p' THEN 'parallel' WHEN 't' THEN 'on' ELSE 'off' END AS streaming, --@16+
    CASE WHEN s.substream THEN 'on' ELSE 'off' END AS streaming, --@14-15
    NULL AS streaming, --@<14
    s.subsynccommit AS synchronous_commit, --@15+
    NULL AS synchronous_commit, --@<15
    s.subtwophasestate <> 'd' AS two_phase, --@15+
    s.subdisableonerr AS disable_on_error, --@15+
    NULL::boolean AS two_phase, --@<15
    NULL::boolean AS disable_on_error, --@<15
    s.subpasswordrequired AS password_required, --@16+
    s.subrunasowner AS run_as_owner, --@16+
    s.suborigin AS origin, --@16+
    NULL::boolean AS password_required, --@<16
    NULL::boolean AS run_as_owner, --@<16
    NULL AS origin, --@<16
    s.subfailover AS failover, --@17+
    NULL::boolean AS failover, --@<17
    NOT has_column_privilege('pg_subscription'::regclass, 'subconninfo', 'SELECT') AS hidden
FROM pg_subscription s
WHERE s.subdbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
