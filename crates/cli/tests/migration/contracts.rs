//! The JSON of every subcommand, field by field: whoever reads it may rely on it.

use super::Site;
use crate::support::settled;

const FILES: &[(&str, &str)] = &[
    ("migrations/001_a.sql", "CREATE TABLE a (id bigint PRIMARY KEY);"),
    ("migrations/rollback/001_a.sql", "DROP TABLE a;"),
    ("migrations/002_b.sql", "CREATE TABLE b (id bigint PRIMARY KEY);\nCREATE INDEX CONCURRENTLY b_id ON b (id);"),
    ("migrations/rollback/002_b.sql", "DROP TABLE b;"),
];

/// Values that differ from run to run.
const VOLATILE: &[&str] =
    &["target", "seconds", "applied_at", "applied_by", "scratch", "project", "database_fingerprint", "said"];

fn json(site: &Site, arguments: &[&str]) -> String {
    let mut value = site.run(&[arguments, &["--json"]].concat()).json();
    settled(&mut value, VOLATILE);
    serde_json::to_string_pretty(&value).unwrap().replace(&site.url, "<url>")
}

#[test]
fn of_runs_and_histories() {
    let site = Site::new(FILES);
    let mut all = String::new();
    for arguments in [
        &["apply", "--to", "001"][..],
        &["apply", "--dry-run"],
        &["run-staged"],
        &["status"],
        &["rollback", "--last", "1", "--dry-run"],
        &["rollback", "--last", "1", "--yes"],
        &["repair", "--mark", "applied", "002"],
        &["repair", "--mark", "reverted", "002", "--dry-run"],
    ] {
        all.push_str(&format!("== {}\n{}\n", arguments.join(" "), json(&site, arguments)));
    }
    site.folder.write("migrations/002_b.sql", "CREATE TABLE other (id int);");
    site.folder.write("migrations/0015_c.sql", "SELECT 1;");
    all.push_str(&format!("== status\n{}\n", json(&site, &["status"])));
    all.push_str(&format!("== apply\n{}\n", json(&site, &["apply"])));
    insta::assert_snapshot!("runs_and_histories", all);
}

#[test]
fn of_a_failure_an_adoption_and_a_fleet() {
    let site = Site::new(&[("migrations/1_a.sql", "SELECT 1;"), ("migrations/2_b.sql", "SELECT 1/0;")]);
    site.sql("CREATE TABLE schema_migrations (version text PRIMARY KEY); INSERT INTO schema_migrations VALUES ('1')");
    let mut all = String::new();
    for arguments in [&["adopt"][..], &["apply"], &["status"]] {
        all.push_str(&format!("== {}\n{}\n", arguments.join(" "), json(&site, arguments)));
    }
    let fleet = crate::support::pgmason(site.folder.path())
        .args(["migration", "status", "--json", "--target", &site.url])
        .run();
    let mut fleet = fleet.json();
    settled(&mut fleet, VOLATILE);
    all.push_str(&format!("== status of a fleet\n{}\n", serde_json::to_string_pretty(&fleet).unwrap()));
    insta::assert_snapshot!("failure_adoption_and_fleet", all);
}

#[test]
fn of_what_looks_at_files() {
    let site = Site::new(FILES);
    let mut all = String::new();
    for arguments in [
        &["plan", "--no-scratch"][..],
        &["renumber"],
        &["create", "--name", "more"],
        &["archive", "--to", "001"],
        &["test"],
    ] {
        let mut command =
            crate::support::pgmason(site.folder.path()).args(["migration"]).args(arguments).args(["--json"]);
        if arguments[0] == "plan" {
            command = command.args(["--db", &site.url]);
        }
        let mut value = command.run().json();
        settled(&mut value, VOLATILE);
        all.push_str(&format!("== {}\n{}\n", arguments.join(" "), serde_json::to_string_pretty(&value).unwrap()));
    }
    insta::assert_snapshot!("what_looks_at_files", all);
}
