-- Baseline `supabase`, part 1: the roles of a hosted Supabase project, on PostgreSQL 13..18.
-- Run once, as the bootstrap superuser `supabase_admin`, in the database that migrations will use; they run as `postgres`.
SET client_min_messages = warning;
SET check_function_bodies = on;

---------------------------------------------------------------------------------------------------------------- roles
CREATE ROLE postgres LOGIN CREATEDB CREATEROLE REPLICATION BYPASSRLS;
CREATE ROLE anon NOLOGIN NOINHERIT;
CREATE ROLE authenticated NOLOGIN NOINHERIT;
CREATE ROLE service_role NOLOGIN NOINHERIT BYPASSRLS;
CREATE ROLE authenticator LOGIN NOINHERIT;
CREATE ROLE supabase_auth_admin LOGIN NOINHERIT CREATEROLE;
CREATE ROLE supabase_storage_admin LOGIN NOINHERIT CREATEROLE;
CREATE ROLE supabase_functions_admin LOGIN NOINHERIT CREATEROLE;
CREATE ROLE supabase_realtime_admin NOLOGIN NOINHERIT;
CREATE ROLE supabase_replication_admin LOGIN REPLICATION;
CREATE ROLE supabase_read_only_user LOGIN BYPASSRLS;
CREATE ROLE supabase_etl_admin LOGIN REPLICATION;
CREATE ROLE dashboard_user NOLOGIN CREATEDB CREATEROLE REPLICATION;
CREATE ROLE pgbouncer LOGIN;
CREATE ROLE pgsodium_keyiduser NOLOGIN;
CREATE ROLE pgsodium_keyholder NOLOGIN;
CREATE ROLE pgsodium_keymaker NOLOGIN;

GRANT pgsodium_keyiduser TO pgsodium_keyholder;
GRANT pgsodium_keyholder TO pgsodium_keymaker;

DO $$
DECLARE
    role_name text;
    major constant int := current_setting('server_version_num')::int / 10000;
BEGIN
    EXECUTE format('ALTER DATABASE %I OWNER TO postgres', current_database());
    IF major < 15 THEN
        ALTER SCHEMA public OWNER TO postgres;
    END IF;

    -- `postgres` may change what the platform's roles own (policies on storage.objects, triggers on auth.users), as the hosted service lets it.
    FOREACH role_name IN ARRAY ARRAY[
        'anon', 'authenticated', 'service_role', 'authenticator', 'supabase_auth_admin', 'supabase_storage_admin', 'supabase_functions_admin',
        'supabase_realtime_admin', 'supabase_replication_admin', 'supabase_read_only_user', 'supabase_etl_admin', 'dashboard_user', 'pgbouncer',
        'pgsodium_keyiduser', 'pgsodium_keyholder', 'pgsodium_keymaker',
        'pg_monitor', 'pg_signal_backend', 'pg_read_all_data', 'pg_write_all_data', 'pg_checkpoint', 'pg_use_reserved_connections', 'pg_maintain'
    ] LOOP
        IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('GRANT %I TO postgres WITH ADMIN OPTION', role_name);
        END IF;
    END LOOP;

    IF major >= 14 THEN
        GRANT pg_read_all_data TO supabase_read_only_user, supabase_etl_admin;
    END IF;
    IF major >= 16 THEN
        ALTER ROLE postgres SET createrole_self_grant = 'set, inherit';
    END IF;
END
$$;

GRANT anon, authenticated, service_role TO authenticator;
GRANT anon, authenticated, service_role TO supabase_storage_admin;
GRANT authenticator TO supabase_storage_admin;
GRANT pg_monitor TO supabase_read_only_user;

ALTER ROLE postgres SET search_path = "$user", public, extensions;
ALTER ROLE supabase_admin SET search_path = "$user", public, auth, extensions;
ALTER ROLE supabase_auth_admin SET search_path = auth;
ALTER ROLE supabase_auth_admin SET idle_in_transaction_session_timeout = 60000;
ALTER ROLE supabase_storage_admin SET search_path = storage;
ALTER ROLE supabase_functions_admin SET search_path = supabase_functions;
ALTER ROLE anon SET statement_timeout = '3s';
ALTER ROLE authenticated SET statement_timeout = '8s';
ALTER ROLE authenticator SET statement_timeout = '8s';
ALTER ROLE authenticator SET lock_timeout = '8s';
ALTER ROLE supabase_read_only_user SET default_transaction_read_only = on;

-- 15+: the settings that the hosted service lets `postgres` change.
DO $$
DECLARE
    setting_name text;
BEGIN
    IF current_setting('server_version_num')::int < 150000 THEN
        RETURN;
    END IF;
    FOREACH setting_name IN ARRAY ARRAY[
        'session_replication_role', 'log_lock_waits', 'log_min_duration_statement', 'log_min_messages', 'log_replication_commands',
        'log_statement', 'log_temp_files', 'track_functions', 'track_io_timing', 'wal_compression', 'deadlock_timeout', 'temp_file_limit',
        'auto_explain.log_min_duration', 'auto_explain.log_analyze', 'pg_net.batch_size', 'pg_net.ttl', 'pg_stat_statements.track',
        'pgaudit.log', 'pgaudit.log_catalog', 'pgaudit.log_parameter', 'pgaudit.log_relation', 'pgaudit.role', 'safeupdate.enabled',
        'pgrst.db_schemas', 'pgrst.db_extra_search_path', 'pgrst.db_max_rows', 'pgrst.db_anon_role', 'pgrst.db_pre_request',
        'pgrst.db_aggregates_enabled', 'pgrst.db_plan_enabled', 'pgrst.db_tx_end', 'pgrst.jwt_secret', 'pgrst.openapi_mode',
        'pgrst.server_timing_enabled', 'app.settings.jwt_secret', 'app.settings.jwt_exp', 'app.settings.service_role_key',
        'app.settings.supabase_url'
    ] LOOP
        EXECUTE format('GRANT SET ON PARAMETER %s TO postgres', setting_name);
    END LOOP;
END
$$;

