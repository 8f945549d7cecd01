-- Roles of the Supabase baseline that this server has not.
SELECT wanted.name
FROM pg_catalog.unnest(ARRAY[
    'postgres', 'supabase_admin', 'anon', 'authenticated', 'service_role', 'authenticator', 'supabase_auth_admin',
    'supabase_storage_admin', 'supabase_functions_admin', 'supabase_realtime_admin', 'supabase_replication_admin',
    'supabase_read_only_user', 'supabase_etl_admin', 'dashboard_user', 'pgbouncer', 'pgsodium_keyiduser',
    'pgsodium_keyholder', 'pgsodium_keymaker'
]) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles AS role WHERE role.rolname = wanted.name)
