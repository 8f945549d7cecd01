//! Checks between the stages of a run, against servers that are well and not.

use std::collections::BTreeMap;

use pgmason_jobs::configuration::CheckSection;
use pgmason_jobs::migration::checks::{StageCheck, run_checks};
use pgmason_testkit::{Cluster, ClusterOptions, PATIENCE, until};
use postgres::{Client, NoTls};

fn check(client: &mut Client, name: &str, section: CheckSection) -> StageCheck {
    let defined = BTreeMap::from([(name.to_owned(), section)]);
    run_checks(client, &[name.to_owned()], &defined).remove(0)
}

#[track_caller]
fn assert_fails(found: &StageCheck, words: &str) {
    assert!(!found.passed && found.said.contains(words), "{found:?} does not say {words:?}");
}

fn query(sql: &str, max: Option<f64>, min: Option<f64>) -> CheckSection {
    CheckSection { query: Some(sql.to_owned()), max, min, ..CheckSection::default() }
}

#[test]
fn a_server_that_is_well_and_one_that_is_not() {
    let options = ClusterOptions { settings: "max_connections = 10".to_owned(), ..ClusterOptions::default() };
    let cluster = Cluster::start(&options);
    let mut client = cluster.client("postgres");
    let names = ["health".to_owned(), "replication-lag".to_owned()];
    let found = run_checks(&mut client, &names, &BTreeMap::new());
    assert!(found.iter().all(|check| check.passed), "{found:?}");
    assert!(found[1].said.contains("no standby"), "{found:?}");

    // Somebody who may not see the others cannot tell.
    cluster.sql("postgres", "CREATE ROLE nobody LOGIN");
    let mut nobody = Client::connect(&cluster.url("nobody", "postgres").replace('+', "%2B"), NoTls).unwrap();
    assert_fails(&check(&mut nobody, "health", CheckSection::default()), "GRANT pg_read_all_stats");
    drop(nobody);

    client.batch_execute("CREATE TABLE twice (id integer); INSERT INTO twice VALUES (1), (1)").unwrap();
    client.batch_execute("CREATE UNIQUE INDEX CONCURRENTLY twice_id ON twice (id)").unwrap_err();
    assert_fails(&check(&mut client, "health", CheckSection::default()), "INVALID indexes: twice_id");
    client.batch_execute("DROP INDEX twice_id").unwrap();

    let crowd: Vec<Client> = (0..8).map(|_| cluster.client("postgres")).collect();
    assert_fails(&check(&mut client, "health", CheckSection::default()), "of 10 connections are in use");
    drop(crowd);
}

/// What `health` holds against its limits, which no test waits for.
#[test]
fn waits_and_open_transactions_are_seen() {
    let cluster = Cluster::start(&ClusterOptions::default());
    cluster.sql("postgres", "CREATE TABLE t (id integer)");
    let mut holder = cluster.client("postgres");
    holder.batch_execute("BEGIN; LOCK TABLE t").unwrap();
    let mut waiter = cluster.client("postgres");
    let waits = std::thread::spawn(move || waiter.batch_execute("SELECT FROM t"));
    let mut client = cluster.client("postgres");
    let seen = until(PATIENCE, || {
        let row = client.query_one(include_str!("../src/migration/checks/health.sql"), &[]).unwrap();
        let seconds = |name: &str| row.get::<_, Option<f64>>(name).is_some_and(|seconds| seconds >= 0.0);
        seconds("waiting_seconds") && seconds("transaction_seconds")
    });
    assert!(seen);
    holder.batch_execute("COMMIT").unwrap();
    waits.join().unwrap().unwrap();
}

#[test]
fn a_standby_that_follows_is_held_against_the_limits() {
    let cluster = Cluster::start(&ClusterOptions::default());
    let standby = cluster.follower();
    let mut client = cluster.client("postgres");
    let mut said = String::new();
    let follows = until(PATIENCE, || {
        let found = check(&mut client, "replication-lag", CheckSection::default());
        said = found.said.clone();
        found.passed && said.contains("one standby follows")
    });
    assert!(follows, "{said}");
    let limits = CheckSection { max_bytes: Some(-1), ..CheckSection::default() };
    let found = check(&mut client, "replication-lag", limits);
    assert_fails(&found, "bytes behind, more than -1");
    assert_fails(&check(&mut standby.client("postgres"), "health", CheckSection::default()), "in recovery");
}

#[test]
fn a_standby_is_not_well() {
    let cluster = Cluster::start(&ClusterOptions { standby: true, ..ClusterOptions::default() });
    let mut client = cluster.client("postgres");
    assert_fails(&check(&mut client, "health", CheckSection::default()), "in recovery");
}

#[test]
fn the_project_s_own_queries() {
    let cluster = Cluster::start(&ClusterOptions::default());
    let mut client = cluster.client("postgres");
    for (sql, max, min) in [
        ("SELECT 3", Some(3.0), None),
        ("SELECT 3.5::numeric;", None, Some(3.5)),
        ("SELECT count(*) FROM pg_class WHERE false -- none", Some(0.0), None),
        ("SELECT true", None, None),
        ("WITH a AS (SELECT 1 AS x) SELECT x FROM a", Some(1.0), Some(1.0)),
    ] {
        let found = check(&mut client, "own", query(sql, max, min));
        assert!(found.passed, "{sql}: {found:?}");
    }
    client
        .batch_execute("CREATE TABLE kept (id integer); INSERT INTO kept VALUES (1); CREATE SEQUENCE numbers")
        .unwrap();
    for (sql, max, words) in [
        ("SELECT 4", Some(3.0), "4, more than 3"),
        ("SELECT false", None, "false"),
        ("SELECT 1", None, "write max or min into [checks.own]"),
        ("SELECT NULL::integer", Some(1.0), "NULL"),
        ("SELECT 'NaN'::float8", Some(1.0), "must be a number"),
        ("SELECT 'x'", Some(1.0), "answers with text"),
        ("SELECT 1 WHERE false", Some(1.0), "no row"),
        ("VALUES (1), (2)", Some(3.0), "several rows"),
        ("SELECT 1, 2", Some(3.0), "2 columns"),
        ("SELECT nothing", Some(1.0), "column \"nothing\" does not exist"),
        ("SELECT 1; DROP TABLE kept", Some(1.0), "multiple commands"),
        ("DELETE FROM kept RETURNING id", Some(1.0), "syntax error"),
        ("SELECT nextval('numbers')", Some(1.0), "read-only transaction"),
        ("SELECT 1 FROM pg_sleep(20)", Some(1.0), "statement timeout"),
    ] {
        assert_fails(&check(&mut client, "own", query(sql, max, None)), words);
    }
    assert_eq!(client.query_one("SELECT count(*) FROM kept", &[]).unwrap().get::<_, i64>(0), 1);
    assert_fails(&run_checks(&mut client, &["unheard".to_owned()], &BTreeMap::new())[0], "[checks.unheard]");
}
