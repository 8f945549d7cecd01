-- Baseline `plain`: an untouched PostgreSQL 13..18 plus the role `postgres` that migrations run as.
-- Run once, as the bootstrap superuser, in the database that migrations will use.
SET client_min_messages = warning;

-- Not a superuser: a migration may do anything inside the database and nothing outside of it.
CREATE ROLE postgres LOGIN CREATEDB CREATEROLE REPLICATION BYPASSRLS;

DO $$
DECLARE
    reserved_role text;
BEGIN
    EXECUTE format('ALTER DATABASE %I OWNER TO postgres', current_database());

    -- 15+ hands `public` to pg_database_owner; before that the bootstrap superuser keeps it.
    IF current_setting('server_version_num')::int < 150000 THEN
        ALTER SCHEMA public OWNER TO postgres;
    END IF;

    FOREACH reserved_role IN ARRAY ARRAY[
        'pg_monitor', 'pg_signal_backend', 'pg_read_all_data', 'pg_write_all_data',
        'pg_checkpoint', 'pg_use_reserved_connections', 'pg_maintain', 'pg_signal_autovacuum_worker'
    ] LOOP
        IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = reserved_role) THEN
            EXECUTE format('GRANT %I TO postgres WITH ADMIN OPTION', reserved_role);
        END IF;
    END LOOP;

    -- 16+: without it a role created by `postgres` cannot be given tables by `postgres`.
    IF current_setting('server_version_num')::int >= 160000 THEN
        ALTER ROLE postgres SET createrole_self_grant = 'set, inherit';
    END IF;
END
$$;

-- 15+: settings that only a superuser may change otherwise and that migrations do change.
DO $$
DECLARE
    setting_name text;
BEGIN
    IF current_setting('server_version_num')::int < 150000 THEN
        RETURN;
    END IF;
    FOREACH setting_name IN ARRAY ARRAY[
        'session_replication_role', 'deadlock_timeout', 'lc_messages', 'lo_compat_privileges', 'temp_file_limit',
        'log_duration', 'log_lock_waits', 'log_min_duration_sample', 'log_min_duration_statement', 'log_min_error_statement',
        'log_min_messages', 'log_parameter_max_length', 'log_replication_commands', 'log_statement', 'log_temp_files',
        'track_activities', 'track_counts', 'track_functions', 'track_io_timing', 'compute_query_id', 'wal_compression',
        'pgaudit.log', 'pgaudit.role', 'pg_stat_statements.track', 'auto_explain.log_min_duration', 'app.settings.jwt_secret'
    ] LOOP
        EXECUTE format('GRANT SET ON PARAMETER %s TO postgres', setting_name);
    END LOOP;
END
$$;

RESET client_min_messages;
