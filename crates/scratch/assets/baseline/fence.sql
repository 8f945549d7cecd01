-- For a server that pgmason started itself: it changes roles of the whole cluster.
SET client_min_messages = warning;

-- The fence: no way out of the scratch for whoever is not the bootstrap superuser.
DO $$
DECLARE
    fenced record;
BEGIN
    -- Before 16, CREATEROLE may grant any role that is not a superuser, hence these too. As superusers they can only be granted by one.
    IF current_setting('server_version_num')::int < 160000 THEN
        SET LOCAL allow_system_table_mods = on;
        UPDATE pg_catalog.pg_authid SET rolsuper = true
        WHERE rolname IN ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files');
        SET LOCAL allow_system_table_mods = off;
    END IF;

    FOR fenced IN
        SELECT p.oid::regprocedure::text AS signature, coalesce(r.rolname, '') AS holder
        FROM pg_catalog.pg_proc p
        CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS acl
        LEFT JOIN pg_catalog.pg_roles r ON r.oid = acl.grantee
        WHERE p.pronamespace = 'pg_catalog'::regnamespace
          AND acl.grantee <> p.proowner
          AND (p.proname ~ '^pg_(read_file|read_binary_file|stat_file|ls_|current_logfile|hba_file|ident_file|show_all_file|rotate_logfile|file_)'
               OR p.proname IN ('lo_import', 'lo_export', 'pg_reload_conf', 'pg_import_system_collations'))
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM %s', fenced.signature,
                       CASE WHEN fenced.holder = '' THEN 'PUBLIC' ELSE quote_ident(fenced.holder) END);
    END LOOP;
END
$$;

RESET client_min_messages;
