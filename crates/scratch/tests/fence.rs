//! No way out of the scratch for a migration.

use pgmason_scratch::Baseline;
use pgmason_testkit::{LentScratch, embedded_server, local_server};

fn servers() -> [LentScratch; 2] {
    [embedded_server(Baseline::Supabase), local_server(None, Baseline::Plain)]
}

/// Every one of these leaves the database, or makes the role into one that can.
const WAYS_OUT: &[&str] = &[
    "COPY (SELECT 1) TO PROGRAM 'cat > /dev/null'",
    "DO $$ BEGIN EXECUTE 'COPY (SELECT 1) TO PROGRAM ''true'''; END $$",
    "CREATE TABLE lines (line text); COPY lines FROM '/etc/passwd'",
    "COPY (SELECT 1) TO '/tmp/pgmason-was-here'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_read_binary_file('PG_VERSION')",
    "SELECT pg_ls_dir('.')",
    "SELECT pg_stat_file('PG_VERSION')",
    // pg_monitor may run these, and the role is a member.
    "SELECT pg_ls_waldir()",
    "SELECT pg_current_logfile()",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_export(lo_create(0), '/tmp/pgmason-was-here')",
    "ALTER SYSTEM SET shared_preload_libraries = 'x'",
    "SELECT pg_reload_conf()",
    "LOAD '/tmp/anything'",
    "SET SESSION AUTHORIZATION supabase_admin",
    "SET SESSION AUTHORIZATION pgmason",
    "SET ROLE supabase_admin",
    "SET ROLE pgmason",
    "ALTER ROLE postgres SUPERUSER",
    "CREATE ROLE boss SUPERUSER",
    "GRANT supabase_admin TO postgres",
    "GRANT pgmason TO postgres",
    "GRANT pg_execute_server_program TO postgres",
    "GRANT pg_read_server_files TO postgres",
    "GRANT pg_write_server_files TO postgres",
    "CREATE FUNCTION c() RETURNS int LANGUAGE c AS '/lib/x86_64-linux-gnu/libc.so.6', 'getpid'",
    "CREATE FUNCTION i(cstring) RETURNS int LANGUAGE internal AS 'pg_read_file_all'",
    "CREATE TABLESPACE elsewhere LOCATION '/tmp'",
    "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1' PUBLICATION p",
    "SET dynamic_library_path = '/tmp'",
    "SET session_preload_libraries = 'x'",
    "UPDATE pg_catalog.pg_authid SET rolsuper = true",
    "SELECT pgmason_scratch.elevate('guess', 'on', 'off')",
    "SELECT pgmason_scratch.elevate(NULL, 'on', 'off')",
    "INSERT INTO pgmason_scratch.secret VALUES ('mine'); SELECT pgmason_scratch.elevate('mine', 'on', 'off')",
    "SELECT pgmason_scratch.elevate(value, 'on', 'off') FROM pgmason_scratch.secret",
    "CREATE OR REPLACE FUNCTION pgmason_scratch.elevate(secret text, elevated text, event_triggers text) RETURNS void \
     LANGUAGE sql AS ''",
    "ALTER FUNCTION pgmason_scratch.elevate(text, text, text) SECURITY INVOKER",
    "DROP FUNCTION pgmason_scratch.elevate(text, text, text)",
    "CREATE TABLE pgmason_scratch.mine (id int)",
];

#[test]
fn no_statement_leads_out() {
    for mut server in servers() {
        let database = server.create_database().unwrap();
        let mut open = Vec::new();
        for sql in WAYS_OUT {
            let mut client = database.connect().unwrap();
            if client.batch_execute(sql).is_ok() {
                open.push(*sql);
            }
        }
        assert!(open.is_empty(), "{} lets these through: {open:#?}", server.describe());
        assert!(!is_superuser(&mut database.connect().unwrap()));
    }
    pgmason_testkit::assert_no_trace();
}

#[test]
fn whoever_knows_the_secret_is_elevated_and_lowered_again() {
    for mut server in servers() {
        let database = server.create_database().unwrap();
        let secret = database.secret().unwrap();
        let mut client = database.connect().unwrap();
        client.execute("SELECT pgmason_scratch.elevate($1, 'on', 'off')", &[&secret]).unwrap();
        let elevated = is_superuser(&mut client);
        client.execute("SELECT pgmason_scratch.elevate($1, 'off', 'off')", &[&secret]).unwrap();
        assert!(elevated);
        assert!(!is_superuser(&mut client));
        // The secret of one database is none of another's.
        let other = server.create_database().unwrap();
        let refused = other.connect().unwrap().execute("SELECT pgmason_scratch.elevate($1, 'on', 'off')", &[&secret]);
        assert!(refused.is_err());
    }
}

#[test]
fn the_projects_event_triggers_sleep_while_the_role_is_elevated() {
    for mut server in servers() {
        let database = server.create_database().unwrap();
        let secret = database.secret().unwrap();
        let mut client = database.connect().unwrap();
        // A temporary table comes before the catalog's own where a function does not see to it.
        let trigger = "CREATE TEMP TABLE pg_event_trigger (evtname name, evtenabled \"char\");
            CREATE TABLE seen (who text, boss text);
            CREATE FUNCTION leave() RETURNS event_trigger LANGUAGE plpgsql AS $$
            BEGIN
                INSERT INTO seen VALUES (current_user, current_setting('is_superuser'));
                COPY (SELECT 1) TO PROGRAM 'touch /tmp/pgmason-was-here';
            END $$;";
        client.batch_execute(trigger).unwrap();
        client.execute("SELECT pgmason_scratch.elevate($1, 'on', 'on')", &[&secret]).unwrap();
        client.batch_execute("CREATE EVENT TRIGGER leave ON ddl_command_end EXECUTE FUNCTION leave()").unwrap();
        client.execute("SELECT pgmason_scratch.elevate($1, 'off', 'on')", &[&secret]).unwrap();

        client.execute("SELECT pgmason_scratch.elevate($1, 'on', 'off')", &[&secret]).unwrap();
        client.batch_execute("CREATE EXTENSION citext").unwrap();
        client.execute("SELECT pgmason_scratch.elevate($1, 'off', 'off')", &[&secret]).unwrap();
        let seen: i64 = client.query_one("SELECT count(*) FROM seen", &[]).unwrap().get(0);
        assert_eq!(seen, 0, "{}: the event trigger ran", server.describe());

        // Awake again, and powerless.
        let error = client.batch_execute("CREATE TABLE later (id int)").unwrap_err();
        assert_eq!(error.code(), Some(&postgres::error::SqlState::INSUFFICIENT_PRIVILEGE), "{error:?}");
    }
    pgmason_testkit::assert_no_trace();
}

#[test]
fn extensions_that_reach_out_are_stand_ins_wherever_they_are_installed() {
    let mut server = local_server(None, Baseline::Supabase);
    let database = server.create_database().unwrap();
    let mut client = database.connect().unwrap();
    for extension in ["dblink", "postgres_fdw", "http", "pg_net"] {
        let sql = "SELECT comment FROM pg_available_extensions WHERE name = $1";
        let comment: String = client.query_one(sql, &[&extension]).unwrap().get(0);
        assert!(comment.starts_with("pgmason stand-in:"), "{extension}: {comment}");
    }
}

/// `is_superuser` the setting is what the session began with.
fn is_superuser(client: &mut postgres::Client) -> bool {
    client.query_one("SELECT rolsuper FROM pg_roles WHERE rolname = current_user", &[]).unwrap().get(0)
}
