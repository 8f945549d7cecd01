//! Servers that do not let a run through, or go away in the middle of it.

use pgmason_testkit::{
    Cluster, ClusterOptions, CuttingProxy, Folder, PATIENCE, Pooler, Signal, SmallFileSystem, kill, until,
};

use super::Site;
use crate::support::pgmason;

const ONE: &[(&str, &str)] = &[("migrations/001_a.sql", "CREATE TABLE a (id int);")];

#[test]
fn without_the_right_to_make_a_history_nothing_runs() {
    let site = Site::new(ONE);
    site.sql("DO $$ BEGIN CREATE ROLE bad_guest LOGIN; END $$; GRANT CREATE ON SCHEMA public TO bad_guest");
    let url = super::cluster().url("bad_guest", &site.database);
    let outcome = pgmason(site.folder.path()).args(["migration", "apply", "--db", &url]).run();
    outcome.assert_refused().assert_says("may not create the history").assert_says("GRANT CREATE ON DATABASE");
    assert_eq!(site.one("SELECT to_regclass('public.a')::text"), "");
}

#[test]
fn without_the_right_to_read_the_history_nothing_runs() {
    let site = Site::new(ONE);
    site.run(&["apply"]).assert_code(0);
    site.sql("DO $$ BEGIN CREATE ROLE bad_reader LOGIN; END $$");
    let url = super::cluster().url("bad_reader", &site.database);
    for command in ["apply", "status"] {
        let outcome = pgmason(site.folder.path()).args(["migration", command, "--db", &url]).run();
        outcome.assert_refused().assert_says("bad_reader");
    }
}

#[test]
fn no_database_is_named() {
    let site = Site::new(ONE);
    for command in ["apply", "status", "adopt"] {
        pgmason(site.folder.path()).args(["migration", command]).run().assert_refused().assert_says("--db");
    }
}

#[test]
fn a_read_only_replica_is_refused() {
    let cluster = Cluster::start(&ClusterOptions { standby: true, ..ClusterOptions::default() });
    let folder = Folder::with(ONE);
    let url = cluster.superuser_url("postgres");
    let outcome = pgmason(folder.path()).args(["migration", "apply", "--db", &url]).run();
    outcome.assert_refused().assert_says("read-only replica").assert_says("primary");
    // Looking is possible there.
    let status = pgmason(folder.path()).args(["migration", "status", "--db", &url]).run();
    status.assert_code(0).assert_says("1 pending");
}

#[test]
fn a_pooler_in_transaction_mode_is_refused_and_one_in_session_mode_is_not() {
    let site = Site::new(ONE);
    let transaction = Pooler::start(super::cluster(), "transaction");
    let url = transaction.url(&site.database);
    let outcome = pgmason(site.folder.path()).args(["migration", "apply", "--db", &url]).run();
    outcome.assert_refused().assert_says("pooler in transaction mode").assert_says("5432");
    assert_eq!(site.one("SELECT to_regclass('public.a')::text"), "");

    let session = Pooler::start(super::cluster(), "session");
    let url = session.url(&site.database);
    pgmason(site.folder.path()).args(["migration", "apply", "--db", &url]).run().assert_code(0);
}

fn waits_in_sleep(site: &Site) -> Option<i32> {
    let pids = site
        .list("SELECT pid::text FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()");
    pids.first()?.parse().ok()
}

#[test]
fn a_connection_lost_in_the_middle_says_how_far_it_got() {
    let site = Site::new(&[
        ("migrations/001_a.sql", "CREATE TABLE a (id int);"),
        ("migrations/002_b.sql", "CREATE TABLE b (id int);\nSELECT pg_sleep(60);"),
        ("migrations/003_c.sql", "CREATE TABLE c (id int);"),
    ]);
    let runner = site.command(&["apply"]).spawn();
    assert!(until(PATIENCE, || waits_in_sleep(&site).is_some()));
    site.sql(&format!("SELECT pg_terminate_backend({})", waits_in_sleep(&site).unwrap()));
    let output = runner.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    for words in ["002_b.sql", "nothing of the file is left", "1 file applied, 1 failed, 1 not run", "to go on"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert_eq!(site.one("SELECT to_regclass('public.b')::text"), "");
    site.folder.write("migrations/002_b.sql", "CREATE TABLE b (id int);");
    site.run(&["apply"]).assert_code(0).assert_says("2 files applied");
}

/// The history's tables are there, so that the first COMMIT is the file's.
fn before_the_cut(site: &Site, commit: usize) -> String {
    CuttingProxy::start(super::cluster().address(), commit).url(super::cluster().superuser(), &site.database)
}

#[test]
fn what_was_committed_before_the_connection_was_lost_is_not_run_again() {
    let site = Site::new(&[
        ("migrations/001_a.sql", "CREATE TABLE a (id int);"),
        ("migrations/002_b.sql", "INSERT INTO a VALUES (2);"),
        ("migrations/003_c.sql", "INSERT INTO a VALUES (3);"),
    ]);
    site.folder.write("pgmason.toml", "[hooks]\nafter = \"touch after\"\n");
    site.run(&["apply", "--to", "001"]).assert_code(0);
    std::fs::remove_file(site.folder.join("after")).unwrap();
    let url = before_the_cut(&site, 1);
    let cut = pgmason(site.folder.path()).args(["migration", "apply", "--db", &url]).run();
    cut.assert_code(1).assert_says("the connection was lost after it was committed").assert_says("1 not run");
    cut.assert_says("to go on");
    assert!(!site.folder.join("after").exists(), "the work is not done");
    site.run(&["apply"]).assert_code(0).assert_says("1 file applied");
    assert_eq!(site.list("SELECT id::text FROM a ORDER BY 1"), ["2", "3"]);
}

#[test]
fn a_rollback_whose_answer_was_lost_takes_no_other_file_back() {
    let site = Site::new(&[
        ("migrations/001_a.sql", "CREATE TABLE a (id int);"),
        ("migrations/rollback/001_a.sql", "DROP TABLE a;"),
        ("migrations/002_b.sql", "CREATE TABLE b (id int);"),
        ("migrations/rollback/002_b.sql", "DROP TABLE b;"),
    ]);
    site.run(&["apply"]).assert_code(0);
    let url = before_the_cut(&site, 1);
    let rollback = |url: &str| {
        pgmason(site.folder.path()).args(["migration", "rollback", "--to", "001", "--yes", "--db", url]).run()
    };
    rollback(&url).assert_code(0).assert_says("the connection was lost after it was committed");
    rollback(&site.url).assert_code(0).assert_says("nothing to do");
    site.run(&["status"]).assert_code(0).assert_says("1 applied, 1 pending");
}

#[test]
fn a_server_that_restarts_in_the_middle_is_asked_again() {
    // A server of its own: all sessions end when one of them crashes.
    let cluster = Cluster::start(&ClusterOptions::default());
    let folder = Folder::with(&[(
        "migrations/001_a.sql",
        "CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY a_id ON a (id);\nSELECT pg_sleep(60);",
    )]);
    let url = cluster.superuser_url("postgres");
    let runner = pgmason(folder.path()).args(["migration", "apply", "--db", &url]).spawn();
    let sleeping = || {
        let mut client = cluster.client("postgres");
        let row = client.query_opt("SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'", &[]).unwrap();
        row.map(|row| row.get::<_, i32>(0))
    };
    assert!(until(PATIENCE, || sleeping().is_some()));
    kill(sleeping().unwrap(), Signal::KILL);
    let output = runner.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    // What was not flushed before the crash is found out by looking.
    assert!(said.contains("of 3 statements are done and stay done"), "{said}");
    folder.write(
        "migrations/001_a.sql",
        "CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY a_id ON a (id);\nSELECT 1;",
    );
    let outcome = pgmason(folder.path()).args(["migration", "apply", "--db", &url]).run();
    outcome.assert_code(0).assert_says("went on at statement");
}

#[test]
fn a_full_disk_leaves_nothing_half_done() {
    let Some(small) = SmallFileSystem::mount(8) else { return };
    let site = Site::new(&[
        ("migrations/001_a.sql", "CREATE TABLE a (id int);"),
        (
            "migrations/002_b.sql",
            "CREATE TABLE b (id int);\nCREATE UNLOGGED TABLE big TABLESPACE small AS SELECT repeat('x', 500) FROM \
             generate_series(1, 100000);",
        ),
    ]);
    site.sql(&format!("CREATE TABLESPACE small LOCATION '{}'", small.path().display()));
    let outcome = site.run(&["apply"]);
    outcome.assert_code(1).assert_says("53100").assert_says("002_b.sql:2").assert_says("make room");
    assert_eq!(site.one("SELECT to_regclass('public.b')::text"), "");
    site.folder.write("migrations/002_b.sql", "CREATE TABLE b (id int);");
    site.run(&["apply"]).assert_code(0);
    site.sql("DROP TABLESPACE small");
}

#[test]
fn a_wrong_address_is_told_without_the_password() {
    let site = Site::new(ONE);
    let outcome = pgmason(site.folder.path())
        .args(["migration", "apply", "--db", "postgres://someone:hunter2@127.0.0.1:1/nowhere"])
        .run();
    outcome.assert_refused().assert_says("no PostgreSQL answers").assert_never_says("hunter2");
}
