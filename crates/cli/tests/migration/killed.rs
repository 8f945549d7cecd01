//! A run killed at every statement of a folder, and resumed: the catalog is the same each time.
//!
//! An event trigger holds the statement that is marked; the runner gets SIGKILL there. Then either the server goes on
//! with what it has, or its session is ended too.

use std::process::Child;

use pgmason_model::Catalog;
use pgmason_testkit::{PATIENCE, Signal, kill, until};

use super::Site;

/// 20 statements: files in one transaction, files that cannot run in one, and files of both.
const FOLDER: &[(&str, &str)] = &[
    (
        "migrations/001_tables.sql",
        "CREATE TABLE /* at 1 */ people (id bigint PRIMARY KEY, name text);\n\
         CREATE TABLE /* at 2 */ orders (id bigint PRIMARY KEY, person bigint);\n\
         SELECT gate.pass('at 3'); INSERT INTO people SELECT n, 'p' || n FROM generate_series(1, 50) n;\n\
         ALTER TABLE /* at 4 */ orders ADD COLUMN total numeric;",
    ),
    (
        "migrations/002_indexes.sql",
        "CREATE INDEX CONCURRENTLY /* at 5 */ people_name ON people (name);\n\
         CREATE UNIQUE INDEX CONCURRENTLY /* at 6 */ people_name_id ON people (name, id);\n\
         CREATE INDEX CONCURRENTLY IF NOT EXISTS /* at 7 */ orders_person ON orders (person);",
    ),
    (
        "migrations/003_both.sql",
        "SET search_path = public;\n\
         CREATE TABLE /* at 8 */ items (id bigint PRIMARY KEY, order_id bigint);\n\
         CREATE INDEX CONCURRENTLY /* at 9 */ items_order ON items (order_id);\n\
         SELECT gate.pass('at 10'); INSERT INTO items SELECT n, n FROM generate_series(1, 7) n;\n\
         ALTER TABLE /* at 11 */ items ADD COLUMN note text;\n\
         DROP INDEX CONCURRENTLY /* at 12 */ people_name;\n\
         CREATE VIEW /* at 13 */ people_with_items AS SELECT p.id FROM people p JOIN items i ON i.id = p.id;",
    ),
    (
        "migrations/004_own.sql",
        "BEGIN;\nALTER TABLE /* at 14 */ items ADD COLUMN price numeric;\nCOMMIT;\n\
         BEGIN;\nCREATE TABLE /* at 15 */ notes (id bigint PRIMARY KEY);\nCOMMIT;\n\
         CREATE FUNCTION /* at 16 */ one() RETURNS int LANGUAGE sql AS 'SELECT 1';",
    ),
    (
        "migrations/005_end.sql",
        "ALTER TABLE /* at 17 */ people ADD COLUMN age int;\n\
         CREATE INDEX /* at 18 */ people_age ON people (age);\n\
         SELECT gate.pass('at 19'); UPDATE people SET age = 1;\n\
         ALTER TABLE /* at 20 */ people ALTER COLUMN age SET NOT NULL;",
    ),
];

const GATE: &str = "
CREATE SCHEMA gate;
CREATE TABLE gate.stop (at text);
INSERT INTO gate.stop VALUES (NULL);
CREATE FUNCTION gate.pass(here text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM gate.stop WHERE at IS NOT NULL AND position(at || ' ' IN here || ' ') > 0) THEN
        PERFORM pg_advisory_lock_shared(77);
        PERFORM pg_advisory_unlock_shared(77);
    END IF;
END $$;
CREATE FUNCTION gate.hold() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM gate.pass(current_query()); END $$;
CREATE EVENT TRIGGER gate_hold ON ddl_command_start EXECUTE FUNCTION gate.hold();
";

const ROWS: &str = "SELECT (SELECT count(*) FROM people)::text || ' ' || (SELECT sum(age) FROM people)::text || ' ' \
                    || (SELECT count(*) FROM items)::text";

fn reference() -> (Catalog, String) {
    let site = Site::new(FOLDER);
    site.sql(GATE);
    site.run(&["apply"]).assert_code(0);
    (site.catalog(), site.one(ROWS))
}

/// Runs until the marked statement is held, and kills the runner there.
fn kill_at(site: &Site, mark: &str, end_session_too: bool) {
    let mut holder = super::cluster().client(&site.database);
    holder.batch_execute("SELECT pg_advisory_lock(77)").unwrap();
    site.sql(&format!("UPDATE gate.stop SET at = '{mark}'"));
    let mut runner = site.command(&["apply"]).spawn();
    let held = || {
        !site
            .list(
                "SELECT pid::text FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND wait_event = 'advisory' \
                   AND datname = current_database() AND application_name = 'pgmason migration'",
            )
            .is_empty()
    };
    let reached = until(PATIENCE, || held() || has_ended(&mut runner));
    assert!(reached && held(), "{mark}: the runner never came to it");
    kill(i32::try_from(runner.id()).unwrap(), Signal::KILL);
    drop(runner.wait());
    if end_session_too {
        site.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() \
                  AND application_name = 'pgmason migration'",
        );
    }
    site.sql("UPDATE gate.stop SET at = NULL");
    drop(holder);
}

fn has_ended(runner: &mut Child) -> bool {
    runner.try_wait().unwrap().is_some()
}

fn resumes_everywhere(end_session_too: bool) {
    let (catalog, rows) = reference();
    for number in 1..=20 {
        let mark = format!("at {number}");
        let site = Site::new(FOLDER);
        site.sql(GATE);
        kill_at(&site, &mark, end_session_too);
        let resumed = site.run(&["apply"]);
        resumed.assert_code(0);
        let found = site.catalog();
        assert!(found.objects == catalog.objects, "{mark}: another catalog\n{resumed}");
        assert_eq!(site.one(ROWS), rows, "{mark}\n{resumed}");
        assert_eq!(
            site.list("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"),
            Vec::<String>::new()
        );
        site.run(&["status"]).assert_code(0).assert_says("5 applied, 0 pending; clean");
    }
}

#[test]
fn killed_at_every_statement_the_server_going_on() {
    resumes_everywhere(false);
}

#[test]
fn killed_at_every_statement_the_session_too() {
    resumes_everywhere(true);
}

#[test]
fn bookkeeping_stands_or_falls_with_what_it_is_about() {
    for (table, file) in [
        ("pgmason.migration_runs", "CREATE TABLE /* at 1 */ b (x int);\nVACUUM b;\nCREATE TABLE c (x int);"),
        ("pgmason.migrations", "CREATE TABLE /* at 1 */ b (x int);\nCREATE TABLE c (x int);"),
    ] {
        let site = Site::new(&[("migrations/001_a.sql", "CREATE TABLE a (x int);"), ("migrations/002_b.sql", file)]);
        site.sql(GATE);
        site.run(&["apply", "--to", "001"]).assert_code(0);
        let mut gate = super::cluster().client(&site.database);
        gate.batch_execute("SELECT pg_advisory_lock(77); UPDATE gate.stop SET at = 'at 1'").unwrap();
        let mut runner = site.command(&["apply"]).spawn();
        let waits_for = |event: &str| {
            let query = format!(
                "SELECT pid::text FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND wait_event = '{event}' \
                 AND datname = current_database() AND application_name = 'pgmason migration'"
            );
            until(PATIENCE, || !site.list(&query).is_empty())
        };
        assert!(waits_for("advisory"));
        // The statement goes on, and its bookkeeping cannot.
        let mut reader = super::cluster().client(&site.database);
        reader.batch_execute(&format!("BEGIN; LOCK TABLE {table} IN SHARE MODE")).unwrap();
        gate.batch_execute("UPDATE gate.stop SET at = NULL; SELECT pg_advisory_unlock(77)").unwrap();
        assert!(waits_for("relation"));
        kill(i32::try_from(runner.id()).unwrap(), Signal::KILL);
        drop(runner.wait());
        site.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() \
                  AND application_name = 'pgmason migration'",
        );
        drop(reader);
        site.run(&["apply"]).assert_code(0);
        site.run(&["status"]).assert_code(0).assert_says("2 applied, 0 pending; clean");
    }
}

#[test]
fn killed_in_the_middle_is_told_by_status() {
    let site = Site::new(FOLDER);
    site.sql(GATE);
    kill_at(&site, "at 11", true);
    let status = site.run(&["status"]);
    status.assert_code(1).assert_says("half done").assert_says("003_both.sql stopped after");
    site.run(&["apply"]).assert_code(0).assert_says("went on at statement");
}

#[test]
fn an_index_that_a_failed_build_left_invalid_is_built_anew() {
    let site = Site::new(&[(
        "migrations/001_a.sql",
        "CREATE TABLE a (x int);\nINSERT INTO a VALUES (1), (1);\n\
         CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS a_x ON a (x);\nCREATE TABLE b (x int);",
    )]);
    let failed = site.run(&["apply"]);
    failed.assert_code(1).assert_says("23505").assert_says("2 of 4 statements are done and stay done");
    assert_eq!(site.list("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"), ["a_x"]);
    site.run(&["status"]).assert_code(1).assert_says("stopped after 2 of its statements");

    site.sql("DELETE FROM a WHERE ctid IN (SELECT min(ctid) FROM a)");
    let resumed = site.run(&["apply"]);
    resumed.assert_code(0).assert_says("went on at statement 3").assert_says("INVALID index dropped: public.a_x");
    assert_eq!(site.one("SELECT indisvalid::text FROM pg_index WHERE indexrelid = 'a_x'::regclass"), "true");

    // What the server itself said that it did not do is not taken for done, and can be mended.
    let site = Site::new(&[("migrations/001_a.sql", "CREATE UNIQUE INDEX CONCURRENTLY a_x ON a (y);")]);
    site.sql("CREATE TABLE a (x int, y int); CREATE INDEX a_x ON a (x)");
    for _ in 0..2 {
        site.run(&["apply"]).assert_code(1).assert_says("42P07");
    }
    let mended = |second: &str| {
        format!("CREATE INDEX CONCURRENTLY one ON a (x);\nCREATE INDEX CONCURRENTLY two ON a ({second});")
    };
    let site = Site::new(&[("migrations/001_a.sql", &mended("yy"))]);
    site.sql("CREATE TABLE a (x int, y int)");
    site.run(&["apply"]).assert_code(1).assert_says("42703").assert_says("1 of 2 statements are done");
    site.folder.write("migrations/001_a.sql", mended("y"));
    site.run(&["apply"]).assert_code(0).assert_says("went on at statement 2");

    // One that another tool left.
    let site = Site::new(&[("migrations/001_a.sql", "CREATE INDEX CONCURRENTLY IF NOT EXISTS a_x ON a (x);")]);
    site.sql(
        "CREATE TABLE a (x int); CREATE INDEX a_x ON a (x); \
              UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'a_x'::regclass",
    );
    site.run(&["apply"]).assert_code(0).assert_says("INVALID index dropped");
    assert_eq!(site.one("SELECT indisvalid::text FROM pg_index WHERE indexrelid = 'a_x'::regclass"), "true");
}

#[test]
fn a_file_mended_behind_the_failure_goes_on_and_one_changed_before_it_does_not() {
    let text = |second: &str| {
        format!("CREATE TABLE a (x int);\nCREATE INDEX CONCURRENTLY a_x ON a (x);\n{second};\nVACUUM a;")
    };
    let site = Site::new(&[("migrations/001_a.sql", &text("SELECT 1/0"))]);
    site.run(&["apply"]).assert_code(1).assert_says("22012").assert_says("2 of 4 statements are done");

    site.folder.write("migrations/001_a.sql", text("SELECT 1").replace("(x int)", "(x bigint)"));
    site.run(&["apply"]).assert_code(1).assert_says("statement 1 has run, and the file now says something else there");

    site.folder.write("migrations/001_a.sql", text("-- mended\nSELECT 1/1"));
    site.run(&["apply"]).assert_code(0).assert_says("went on at statement 3");
}

#[test]
fn a_step_whose_fate_nobody_knows_waits_for_a_person() {
    let site =
        Site::new(&[("migrations/001_a.up.sql", "-- no-transaction\nCREATE TABLE a (x int);\nCALL add_one();\n")]);
    site.sql(GATE);
    site.sql(
        "CREATE PROCEDURE add_one() LANGUAGE plpgsql AS $$ BEGIN PERFORM gate.pass('at 2'); COMMIT; \
              INSERT INTO a VALUES (1); END $$",
    );
    kill_at(&site, "at 2", true);
    site.run(&["apply"]).assert_code(1).assert_says("nothing tells whether it did its work").assert_says("--rerun");
    assert_eq!(site.one("SELECT count(*)::text FROM a"), "0");
    site.run(&["apply", "--rerun"]).assert_code(0);
    assert_eq!(site.one("SELECT count(*)::text FROM a"), "1");
}
