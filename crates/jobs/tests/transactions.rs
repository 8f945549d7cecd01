//! A file is one transaction, unless it or its statements say otherwise.

use crate::support::{migrations, one};

#[test]
fn what_cannot_run_in_a_transaction_runs_between_two() {
    let replayed = one("CREATE TABLE t (id int, name text);\n\
         CREATE INDEX CONCURRENTLY t_name ON t (name);\n\
         VACUUM t;\n\
         ALTER TABLE t ADD COLUMN more int;\n\
         REINDEX INDEX CONCURRENTLY t_name;\n\
         DROP INDEX CONCURRENTLY t_name;\n\
         CREATE TABLE after_it (id int);\n");
    replayed.assert_all_applied();
    assert_eq!(replayed.tables(), "after_it t");
}

#[test]
fn what_failed_after_such_a_statement_is_undone_up_to_it() {
    let replayed = one("CREATE TABLE before_it (id int);\nCREATE INDEX CONCURRENTLY i ON before_it (id);\n\
         CREATE TABLE after_it (id int);\nSELECT 1/0;\n");
    assert_eq!(replayed.failure().line, 4);
    assert_eq!(replayed.tables(), "before_it");
}

#[test]
fn a_new_enum_value_can_be_used_by_the_next_file_and_not_by_its_own() {
    let made = ("001_a.sql", "CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE t (mood mood);");
    let next = migrations(&[
        made,
        ("002_b.sql", "ALTER TYPE mood ADD VALUE 'glad';"),
        ("003_c.sql", "INSERT INTO t VALUES ('glad');"),
    ]);
    next.assert_all_applied();
    drop(next);
    let own = migrations(&[made, ("002_b.sql", "ALTER TYPE mood ADD VALUE 'glad';\nINSERT INTO t VALUES ('glad');")]);
    // As PostgreSQL itself, and the tool that runs a file in one transaction, would have it.
    assert_eq!(own.failure().sqlstate.as_deref(), Some("55P04"));
}

#[test]
fn a_file_with_its_own_transactions_is_left_alone() {
    let replayed = one("BEGIN;\nCREATE TABLE a (id int);\nCOMMIT;\nBEGIN;\nCREATE TABLE b (id int);\nROLLBACK;\n");
    replayed.assert_all_applied();
    assert_eq!(replayed.tables(), "a");
    drop(replayed);

    let failing =
        one("BEGIN;\nCREATE TABLE a (id int);\nCOMMIT;\nBEGIN;\nCREATE TABLE b (id int);\nSELECT 1/0;\nCOMMIT;\n");
    assert_eq!(failing.failure().line, 6);
    assert_eq!(failing.tables(), "a");
}

#[test]
fn a_transaction_that_a_file_leaves_open_does_not_swallow_the_next() {
    let replayed = migrations(&[
        ("001_a.sql", "BEGIN;\nCREATE TABLE a (id int);\n"),
        ("002_b.sql", "CREATE TABLE b (id int);\nSELECT 1/0;\n"),
    ]);
    assert_eq!(replayed.failure().file, "migrations/002_b.sql");
    // Whether the first file's work counts is its tool's affair; the second one's must be gone.
    assert!(!replayed.tables().contains('b'), "{}", replayed.tables());
}

#[test]
fn savepoints_stay_inside() {
    let replayed = one("SAVEPOINT s;\nCREATE TABLE a (id int);\nROLLBACK TO s;\nCREATE TABLE b (id int);\n");
    // psql runs this file with an error too: there is no transaction outside of one.
    assert!(replayed.report.failures.len() <= 1);
}

#[test]
fn settings_of_one_file_do_not_reach_the_next() {
    let replayed = migrations(&[
        (
            "001_a.sql",
            "CREATE SCHEMA other; SET search_path = other; SET ROLE pg_monitor; SET statement_timeout = 1; RESET ROLE; \
             SET check_function_bodies = off; CREATE TEMP TABLE passing (id int); SET SESSION ROLE pg_monitor;",
        ),
        (
            "002_b.sql",
            "CREATE TABLE t (id int); CREATE TABLE who AS SELECT current_user AS name, \
             current_setting('statement_timeout') AS timeout, current_setting('check_function_bodies') AS bodies; \
             CREATE TABLE passing (id int);",
        ),
    ]);
    replayed.assert_all_applied();
    assert_eq!(replayed.value("SELECT name || ' ' || timeout || ' ' || bodies FROM who"), "postgres 0 on");
    assert_eq!(replayed.tables(), "passing t who");
}

#[test]
fn a_dump_that_empties_the_search_path_does_not_harm_the_next_file() {
    let replayed = migrations(&[
        ("001_a.sql", "SELECT pg_catalog.set_config('search_path', '', false);\nCREATE TABLE public.a (id integer);\n"),
        ("002_b.sql", "CREATE TABLE b (id int REFERENCES pg_class (oid));\n"),
    ]);
    assert_eq!(replayed.failure().file, "migrations/002_b.sql");
    assert_ne!(replayed.failure().sqlstate.as_deref(), Some("3F000"), "no schema was selected to create in");
}
