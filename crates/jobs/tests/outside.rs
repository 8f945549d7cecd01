//! A migration that tries to leave the scratch does not get out.

use pgmason_scratch::Baseline;
use pgmason_testkit::{embedded_server, local_server};

use crate::support::{Replay, one};

#[test]
fn direct_ways_out_are_refused_before_the_server_sees_them() {
    for sql in [
        "COPY (SELECT 1) TO PROGRAM 'touch /tmp/pgmason-was-here';",
        "COPY t FROM '/etc/passwd';",
        "COPY t TO '/tmp/pgmason-was-here';",
        "SELECT pg_read_file('/etc/passwd');",
        "SELECT * FROM pg_ls_dir('/');",
        "SELECT lo_import('/etc/passwd');",
        "LOAD 'anything';",
        "SELECT * FROM dblink('host=127.0.0.1', 'SELECT 1') AS t (id int);",
    ] {
        let replayed = one(&format!("CREATE TABLE t (line text);\n{sql}\n"));
        let failure = replayed.failure();
        assert!(failure.message.starts_with("refused: "), "{sql}: {failure:?}");
        assert!(failure.hint.is_some());
        assert_eq!((failure.line, replayed.tables()), (2, String::new()));
    }
}

#[test]
fn hidden_ways_out_fail_for_want_of_rights() {
    for server in [embedded_server(Baseline::Supabase), local_server(None, Baseline::Supabase)] {
        let kind = server.describe();
        let replayed = Replay {
            server: Some(server),
            options: pgmason_jobs::replay::ReplayOptions { keep_going: true, ..Default::default() },
            ..Replay::default()
        }
        .run(pgmason_testkit::Folder::with(&[
            (
                "migrations/001_a.sql",
                "DO $$ BEGIN EXECUTE 'COPY (SELECT 1) TO PROGRAM ''touch /tmp/pgmason-was-here'''; END $$;",
            ),
            ("migrations/002_b.sql", "DO $$ BEGIN PERFORM pg_read_file('/etc/passwd'); END $$;"),
            (
                "migrations/003_c.sql",
                "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT pg_read_file(''/etc/passwd'')'; SELECT f();",
            ),
            ("migrations/004_d.sql", "ALTER SYSTEM SET archive_command = 'x';"),
            ("migrations/005_e.sql", "CREATE ROLE boss SUPERUSER;"),
            ("migrations/006_f.sql", "ALTER ROLE postgres SUPERUSER;"),
            ("migrations/007_g.sql", "CREATE FUNCTION c() RETURNS int LANGUAGE c AS 'libc.so.6', 'getpid';"),
            (
                "migrations/008_h.sql",
                "DO $$ BEGIN PERFORM pgmason_scratch.elevate(current_query(), 'on', 'off'); END $$;",
            ),
            ("migrations/009_i.sql", "SET dynamic_library_path = '/tmp';"),
            ("migrations/010_j.sql", "CREATE TABLESPACE t LOCATION '/tmp';"),
        ]));
        assert_eq!(replayed.report.applied, 0, "{kind}: {:#?}", replayed.report.failures);
        replayed.assert_lowered();
    }
    pgmason_testkit::assert_no_trace();
}

#[test]
fn an_event_trigger_cannot_use_a_later_elevated_statement() {
    for server in [embedded_server(Baseline::Plain), local_server(None, Baseline::Plain)] {
        let replayed = Replay { server: Some(server), ..Replay::default() }.run(pgmason_testkit::Folder::with(&[
            (
                "migrations/001_a.sql",
                "CREATE TEMP TABLE pg_event_trigger (evtname name, evtenabled \"char\");\n\
                 CREATE FUNCTION leave() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN \
                   IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN \
                     COPY (SELECT 1) TO PROGRAM 'touch /tmp/pgmason-was-here'; END IF; END $$;\n\
                 CREATE EVENT TRIGGER leave ON ddl_command_end EXECUTE FUNCTION leave();\n\
                 CREATE EVENT TRIGGER leave_first ON ddl_command_start EXECUTE FUNCTION leave();\n\
                 CREATE EVENT TRIGGER leave_drop ON sql_drop EXECUTE FUNCTION leave();\n\
                 CREATE EXTENSION citext;\nCREATE PUBLICATION everything FOR ALL TABLES;\nDROP EXTENSION citext;\n",
            ),
            ("migrations/002_b.sql", "CREATE EXTENSION IF NOT EXISTS pgcrypto;\nCREATE TABLE t (id int);\n"),
        ]));
        replayed.assert_all_applied();
        replayed.assert_lowered();
        // They sleep only meanwhile.
        assert_eq!(replayed.value("SELECT count(*) FROM pg_event_trigger WHERE evtenabled = 'O'"), "3");
    }
    pgmason_testkit::assert_no_trace();
}

#[test]
fn a_trigger_cannot_read_the_secret_while_its_table_is_observed() {
    use pgmason_core::schema::Schema;
    let replayed = one("CREATE TABLE seen (query text);\n\
         CREATE TABLE t (id int PRIMARY KEY, note text, updated_at timestamptz NOT NULL DEFAULT now());\n\
         CREATE FUNCTION spy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
           IF current_query() ~ 'elevate' OR EXISTS (SELECT FROM pg_stat_activity WHERE query ~ 'elevate\\(''') THEN \
             RAISE EXCEPTION 'the secret is in sight'; END IF; \
           NEW.updated_at = now(); RETURN NEW; END $$;\n\
         CREATE TRIGGER spy BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION spy();\n");
    replayed.assert_all_applied();
    let catalog = pgmason_testkit::read_catalog(&replayed.database);
    let schema = Schema::new(&catalog);
    let seen =
        pgmason_jobs::observe::observe(&catalog, &schema, &replayed.database, &["updated_at".to_owned()]).unwrap();
    let seen = format!("{:?}", seen.updated_at);
    assert!(seen.contains(": Maintained"), "{seen}");
    replayed.assert_lowered();
}
