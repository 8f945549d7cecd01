-- Makes deparsed text the same whatever the session's settings are. PostgreSQL 13 and newer.
-- A short lock_timeout: deparse functions take ACCESS SHARE locks, which queue behind a running ALTER TABLE.
SELECT
    current_setting('server_version_num')::integer AS version,
    (SELECT count(*) FROM pg_catalog.pg_class) AS relations,
    pg_catalog.has_column_privilege('pg_catalog.pg_subscription'::pg_catalog.regclass, 'subconninfo', 'SELECT')
        AS reads_subscription_connections,
    set_config('search_path', 'pg_catalog', true),
    set_config('DateStyle', 'ISO, MDY', true),
    set_config('IntervalStyle', 'postgres', true),
    set_config('TimeZone', 'UTC', true),
    set_config('extra_float_digits', '1', true),
    set_config('bytea_output', 'hex', true),
    set_config('standard_conforming_strings', 'on', true),
    set_config('quote_all_identifiers', 'off', true),
    set_config('lc_monetary', 'C', true),
    set_config('xmloption', 'content', true),
    set_config('jit', 'off', true),
    set_config('lock_timeout', '10s', true),
    -- A role's own limits are for its daily work; pg_dump lifts them too.
    set_config('statement_timeout', '0', true),
    set_config('idle_in_transaction_session_timeout', '0', true)
