//! A file that fails is told exactly, and leaves nothing behind.

use std::time::{Duration, Instant};

use pgmason_jobs::replay::ReplayOptions;
use pgmason_scratch::Baseline;
use pgmason_testkit::{Folder, embedded_server, local_server};

use crate::support::{Replay, migrations, one};

fn keep_going() -> ReplayOptions {
    ReplayOptions { keep_going: true, ..ReplayOptions::default() }
}

const THREE: &[(&str, &str)] = &[
    ("001_a.sql", "CREATE TABLE a (id int);\n"),
    ("002_b.sql", "CREATE TABLE b (id int);\n\nALTER TABLE\n  nothing\n  ADD COLUMN c int;\n"),
    ("003_c.sql", "CREATE TABLE nothing (id int);\n"),
];

#[test]
fn it_stops_at_the_first_failure_and_says_where_and_why() {
    let replayed = migrations(THREE);
    let failure = replayed.failure();
    assert_eq!(failure.file, "migrations/002_b.sql");
    assert_eq!(failure.line, 3);
    assert_eq!(failure.statement, "ALTER TABLE nothing ADD COLUMN c int");
    assert_eq!(failure.sqlstate.as_deref(), Some("42P01"));
    assert!(failure.message.contains("\"nothing\" does not exist"), "{failure:?}");
    let hint = failure.hint.as_deref().unwrap();
    assert!(hint.contains("migrations/003_c.sql:1"), "{hint}");
    assert_eq!(replayed.report.stopped_after.as_deref(), Some("migrations/002_b.sql"));
    assert_eq!((replayed.report.files, replayed.report.applied), (3, 1));
    // What the file did before it failed is undone.
    assert_eq!(replayed.tables(), "a");
}

#[test]
fn the_line_is_the_one_that_the_server_points_at() {
    let replayed = one("-- a comment\nCREATE VIEW v AS\nSELECT 1 AS one,\n       missing\nFROM pg_class;\n");
    let failure = replayed.failure();
    assert_eq!((failure.line, failure.sqlstate.as_deref()), (4, Some("42703")));
    assert!(failure.hint.as_deref().unwrap().contains("`missing` would have to exist"), "{failure:?}");
}

#[test]
fn what_would_have_to_exist() {
    for (sql, name) in [
        ("SELECT f(1);", "f"),
        ("CREATE TABLE t (id int, kind mood);", "mood"),
        ("CREATE TABLE later.t (id int);", "later"),
        ("GRANT SELECT ON TABLE pg_class TO somebody;", "somebody"),
    ] {
        let replayed = one(sql);
        let hint = replayed.failure().hint.clone().unwrap_or_default();
        assert!(hint.contains(&format!("`{name}` would have to exist")), "{sql}: {hint}");
    }
}

#[test]
fn keep_going_reports_every_failure() {
    let files = [
        ("migrations/001_a.sql", "CREATE TABLE a (id int);"),
        ("migrations/002_b.sql", "SELECT 1/0;"),
        ("migrations/003_c.sql", "CREATE TABLE c (id int);"),
        ("migrations/004_d.sql", "CREATE TABLE a (id int);"),
        ("migrations/005_e.sql", "CREATE TABLE e (id int);"),
    ];
    let replayed = Replay { options: keep_going(), ..Replay::default() }.run(Folder::with(&files));
    let states: Vec<_> = replayed.report.failures.iter().map(|failure| failure.sqlstate.as_deref().unwrap()).collect();
    assert_eq!(states, ["22012", "42P07"]);
    assert_eq!((replayed.report.applied, replayed.report.stopped_after.as_deref()), (3, None));
    assert_eq!(replayed.tables(), "a c e");
}

#[test]
fn a_deferred_constraint_fails_at_the_end_of_its_file() {
    let replayed = one("CREATE TABLE parent (id int PRIMARY KEY);\n\
         CREATE TABLE child (parent_id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED);\n\
         INSERT INTO child VALUES (1);\n");
    assert_eq!(replayed.failure().sqlstate.as_deref(), Some("23503"));
    assert_eq!(replayed.tables(), "");
}

#[test]
fn a_failure_while_elevated_leaves_no_superuser() {
    let replayed = Replay { options: keep_going(), ..Replay::default() }.run(Folder::with(&[
        ("migrations/001_a.sql", "CREATE EXTENSION citext;\nCREATE EXTENSION citext;\n"),
        // Apart, so that no transaction takes the elevation back.
        (
            "migrations/002_b.sql",
            "BEGIN;\nCOMMIT;\nCREATE EVENT TRIGGER t ON ddl_command_end EXECUTE FUNCTION nothing();\n",
        ),
        ("migrations/003_c.sql", "SELECT pg_catalog.pg_sleep(0);\n"),
    ]));
    assert_eq!(replayed.report.failures.len(), 2, "{:#?}", replayed.report.failures);
    replayed.assert_lowered();
}

#[test]
fn a_statement_without_end_is_cancelled() {
    let options = ReplayOptions { keep_going: true, statement_timeout: Duration::from_secs(1) };
    for server in [embedded_server(Baseline::Plain), local_server(None, Baseline::Plain)] {
        let started = Instant::now();
        let replayed = Replay { options, server: Some(server), ..Replay::default() }.run(Folder::with(&[
            ("migrations/001_a.sql", "CREATE TABLE a (id int);\nDO $$ BEGIN LOOP END LOOP; END $$;\n"),
            ("migrations/002_b.sql", "SELECT count(*) FROM generate_series(1, 1000000000000);\n"),
            ("migrations/003_c.sql", "SELECT pg_sleep(600);\n"),
            ("migrations/004_d.sql", "CREATE TABLE d (id int);\n"),
        ]));
        assert!(started.elapsed() < Duration::from_secs(50), "{:?}", started.elapsed());
        assert_eq!(replayed.report.failures.len(), 3, "{:#?}", replayed.report.failures);
        for failure in &replayed.report.failures {
            assert!(failure.message.contains("replay timeout"), "{failure:?}");
            assert!(failure.hint.as_deref().unwrap().contains("--replay-timeout"), "{failure:?}");
        }
        assert_eq!(replayed.tables(), "d", "{}", replayed.server.describe());
    }
}

#[test]
fn a_file_that_ends_its_own_connection() {
    let replayed = Replay { options: keep_going(), ..Replay::default() }.run(Folder::with(&[
        ("migrations/001_a.sql", "DO $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); END $$;\n"),
        ("migrations/002_b.sql", "CREATE TABLE b (id int);\n"),
    ]));
    assert!(replayed.failure().message.contains("ended the connection"), "{:?}", replayed.failure());
    assert_eq!(replayed.tables(), "b");
}

#[test]
fn what_is_not_closed_is_told_with_its_line() {
    for sql in [
        "CREATE TABLE a (id int);\nSELECT 'open\n;\n",
        "CREATE TABLE a (id int);\nDO $x$ BEGIN END;\n",
        "CREATE TABLE a (id int);\nSELECT \"open;\n",
        "CREATE TABLE a (id int);\n/* open\n",
    ] {
        let replayed = one(sql);
        let failure = replayed.failure();
        assert_eq!(failure.line, 2, "{failure:?}");
        assert!(failure.hint.is_some(), "{failure:?}");
        assert_eq!(replayed.tables(), "", "nothing of the file runs");
    }
}
