//! The same migrations over 200 databases.

use pgmason_testkit::{Folder, Outcome};

use super::cluster;
use crate::support::pgmason;

const DATABASES: usize = 200;

fn run(folder: &Folder, arguments: &[&str]) -> Outcome {
    pgmason(folder.path()).args(["migration"]).args(arguments).args(["--target", "fleet.txt", "--json"]).run()
}

fn count(report: &serde_json::Value, outcome: &str) -> usize {
    report["databases"].as_array().unwrap().iter().filter(|row| row["outcome"] == outcome).count()
}

#[test]
fn two_hundred_databases_stop_at_the_threshold_and_resume() {
    let mut client = cluster().client("postgres");
    client.batch_execute("CREATE DATABASE fleet_0").unwrap();
    for number in 1..DATABASES {
        client.batch_execute(&format!("CREATE DATABASE fleet_{number}")).unwrap();
    }
    let urls: Vec<String> = (0..DATABASES).map(|number| cluster().superuser_url(&format!("fleet_{number}"))).collect();
    let folder = Folder::with(&[
        ("migrations/001_a.sql", "CREATE TABLE a (id int);"),
        ("migrations/002_b.sql", "CREATE TABLE b (id int);\nCREATE INDEX CONCURRENTLY b_id ON b (id);"),
        ("fleet.txt", &format!("# all of them\n{}\n", urls.join("\n"))),
    ]);
    // Two of them cannot take the second file.
    cluster().sql("fleet_20", "CREATE TABLE b (other text)");
    cluster().sql("fleet_60", "CREATE TABLE b (other text)");

    let outcome = run(&folder, &["apply", "--jobs", "4"]);
    outcome.assert_code(1);
    let report = outcome.json();
    assert_eq!(count(&report, "failed"), 1, "it stops at the first");
    assert!(count(&report, "not-started") > 100);
    let failed = report["databases"].as_array().unwrap().iter().find(|row| row["outcome"] == "failed").unwrap();
    assert_eq!((failed["applied"].as_u64(), failed["pending"].as_u64()), (Some(1), Some(1)));
    assert!(failed["message"].as_str().unwrap().contains("002_b.sql:1"), "{failed}");

    let report = run(&folder, &["apply", "--jobs", "4", "--max-failures", "10"]).json();
    assert_eq!(count(&report, "failed"), 2);
    assert_eq!(count(&report, "applied") + count(&report, "up-to-date"), DATABASES - 2);

    cluster().sql("fleet_20", "DROP TABLE b");
    cluster().sql("fleet_60", "DROP TABLE b");
    let outcome = run(&folder, &["apply", "--jobs", "4"]);
    assert_eq!(count(&outcome.assert_code(0).json(), "applied"), 2);
    let outcome = run(&folder, &["status"]);
    assert_eq!(count(&outcome.assert_code(0).json(), "up-to-date"), DATABASES);
}

#[test]
fn a_database_that_is_not_there_is_one_row_of_the_table() {
    cluster().sql("postgres", "CREATE DATABASE fleet_alone");
    let urls = [cluster().superuser_url("fleet_missing"), cluster().superuser_url("fleet_alone")].join("\n");
    let folder = Folder::with(&[("migrations/001_a.sql", "CREATE TABLE a (id int);"), ("fleet.txt", &urls)]);
    let report = run(&folder, &["apply", "--max-failures", "2", "--jobs", "1"]);
    let report = report.assert_code(1).json();
    assert_eq!(report["databases"][0]["outcome"], "unreachable");
    assert_eq!(report["databases"][1]["outcome"], "applied");
    let missing = pgmason(folder.path()).args(["migration", "apply", "--target", "no_such_file"]).run();
    missing.assert_refused();
}

#[test]
fn what_is_said_wins_over_the_environment() {
    cluster().sql("postgres", "CREATE DATABASE fleet_said");
    let url = cluster().superuser_url("fleet_said");
    let folder = Folder::with(&[("migrations/001_a.sql", "CREATE TABLE a (id int);")]);
    let run = |arguments: &[&str]| {
        pgmason(folder.path()).args(arguments).env("PGMASON_DATABASE_URL", "postgres://x@127.0.0.1:1/x").run()
    };
    run(&["migration", "apply", "--target", &url]).assert_code(0);
    run(&["migration", "status", "--target", &url]).assert_code(0);
    run(&["migration", "test", "--after", "001"]).assert_code(0);
    run(&["check", "--files-only", "--fail-on", "never"]).assert_code(0);
    run(&["migration", "status"]).assert_refused();
}
