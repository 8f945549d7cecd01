//! Two runners at once, and relations that somebody else holds.

use std::time::Instant;

use pgmason_testkit::{PATIENCE, until};

use super::Site;

const SLOW: &[(&str, &str)] = &[
    ("migrations/001_a.sql", "CREATE TABLE a (id int);\nSELECT pg_sleep(1.5);"),
    ("migrations/002_b.sql", "CREATE TABLE b (id int);"),
];

fn runner_is_at_work(site: &Site) -> bool {
    !site
        .list(
            "SELECT pid::text FROM pg_locks WHERE locktype = 'advisory' AND granted \
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        )
        .is_empty()
}

#[test]
fn of_two_runners_one_waits_and_both_end_well() {
    let site = Site::new(SLOW);
    let mut first = site.command(&["apply"]).spawn();
    assert!(until(PATIENCE, || runner_is_at_work(&site)));
    let second = site.run(&["apply"]);
    second.assert_code(0).assert_says("waiting for another run of migrations").assert_says("nothing to do");
    assert!(first.wait().unwrap().success());
    assert_eq!(site.list("SELECT version FROM pgmason.migration_runs ORDER BY id"), ["001", "002"]);
}

#[test]
fn a_second_runner_leaves_when_told() {
    let site = Site::new(SLOW);
    let mut first = site.command(&["apply"]).spawn();
    assert!(until(PATIENCE, || runner_is_at_work(&site)));
    let started = Instant::now();
    let second = site.run(&["apply", "--lock-wait", "0"]);
    second.assert_refused().assert_says("another run of migrations is at work").assert_says("pg_terminate_backend");
    assert!(started.elapsed().as_secs() < 2);
    assert!(first.wait().unwrap().success());
}

#[test]
fn eight_runners_apply_each_file_once() {
    let site = Site::new(&[
        ("migrations/001_a.sql", "CREATE TABLE a (id int); INSERT INTO a VALUES (1);"),
        ("migrations/002_b.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id);"),
        ("migrations/003_c.sql", "UPDATE a SET id = id + 1;"),
    ]);
    let mut runners: Vec<_> = (0..8).map(|_| site.command(&["apply"]).spawn()).collect();
    for runner in &mut runners {
        assert!(runner.wait().unwrap().success());
    }
    assert_eq!(site.list("SELECT id::text FROM a"), ["2"]);
    assert_eq!(site.one("SELECT count(*)::text FROM pgmason.migration_runs"), "3");
}

#[test]
fn a_held_relation_is_tried_again_until_it_is_free() {
    let site = Site::new(&[("migrations/001_a.sql", "CREATE TABLE b (id int);\nALTER TABLE a ADD COLUMN x int;")]);
    site.sql("CREATE TABLE a (id int)");
    let mut reader = super::cluster().client(&site.database);
    reader.batch_execute("BEGIN; SELECT * FROM a").unwrap();
    let runner = site.command(&["apply", "--lock-timeout", "200"]).spawn();
    assert!(until(PATIENCE, || {
        !site.list("SELECT pid::text FROM pg_locks WHERE NOT granted AND relation = 'a'::regclass").is_empty()
    }));
    std::thread::sleep(std::time::Duration::from_millis(600));
    // Between two tries nobody waits behind us.
    drop(reader);
    let output = runner.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("somebody holds the lock"), "{said}");
    assert!(said.contains("tries lost to a lock"), "{said}");
}

#[test]
fn a_relation_that_is_never_free_ends_the_run_and_leaves_nothing() {
    let site = Site::new(&[("migrations/001_a.sql", "CREATE TABLE b (id int);\nALTER TABLE a ADD COLUMN x int;")]);
    site.sql("CREATE TABLE a (id int)");
    let mut reader = super::cluster().client(&site.database);
    reader.batch_execute("BEGIN; SELECT * FROM a").unwrap();
    let outcome = site.run(&["apply", "--lock-timeout", "50"]);
    outcome.assert_code(1).assert_says("55P03").assert_says("001_a.sql:2").assert_says("5 tries lost");
    assert_eq!(site.one("SELECT to_regclass('public.b')::text"), "");
}

#[test]
fn a_statement_that_runs_too_long_is_ended() {
    let site = Site::new(&[("migrations/001_a.sql", "CREATE TABLE b (id int);\nSELECT pg_sleep(30);")]);
    let outcome = site.run(&["apply", "--statement-timeout", "1"]);
    outcome.assert_code(1).assert_says("57014").assert_says("--statement-timeout");
    assert_eq!(site.one("SELECT to_regclass('public.b')::text"), "");
}

#[test]
fn ctrl_c_cancels_what_runs() {
    let site = Site::new(&[("migrations/001_a.sql", "CREATE TABLE b (id int);\nSELECT pg_sleep(30);")]);
    let mut runner = site.command(&["apply"]).spawn();
    let sleeping =
        "SELECT pid::text FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";
    assert!(until(PATIENCE, || !site.list(sleeping).is_empty()));
    pgmason_testkit::kill(i32::try_from(runner.id()).unwrap(), pgmason_testkit::Signal::INT);
    assert_eq!(runner.wait().unwrap().code(), Some(130));
    assert!(until(PATIENCE, || site.list(sleeping).is_empty()), "the server went on");
    assert_eq!(site.one("SELECT to_regclass('public.b')::text"), "");
    site.run(&["status"]).assert_code(0).assert_says("1 pending");
}
