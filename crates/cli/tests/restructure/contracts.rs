//! The JSON of every subcommand, field by field: whoever reads it may rely on it.

use super::Site;
use crate::support::settled;

const SCHEMA: &str = "
    CREATE TABLE emails (id bigint PRIMARY KEY, subject text);
    INSERT INTO emails SELECT n, 'about ' || n FROM generate_series(1, 10) AS n;
    CREATE TABLE people (id bigint PRIMARY KEY, mail text);
    INSERT INTO people SELECT n, 'm' || n FROM generate_series(1, 10) AS n;
    GRANT SELECT ON emails TO anon";
const OPERATIONS: &str = r#"
    { kind = "rename_table", table = "emails", to = "email_messages" },
    { kind = "rename_column", table = "people", column = "mail", to = "email" }"#;

/// Values that differ from run to run.
const VOLATILE: &[&str] = &[
    "database",
    "per_second",
    "rows_expected",
    "rows_per_second",
    "scratch",
    "seconds",
    "seconds_left",
    "source",
    "started_seconds_ago",
    "uses",
    "watched_seconds",
    "soak_seconds_left",
];

fn json(site: &Site, arguments: &[&str]) -> String {
    let mut value = site.run(&[arguments, &["--json"]].concat()).json();
    settled(&mut value, VOLATILE);
    format!("== {}\n{}\n", arguments.join(" "), serde_json::to_string_pretty(&value).unwrap())
}

#[test]
fn of_plans_and_rehearsals() {
    let site = Site::new(SCHEMA, OPERATIONS);
    let both = [&["plan"][..], &["rehearse"]].map(|arguments| json(&site, arguments)).concat();
    insta::assert_snapshot!("plans_and_rehearsals", both);
}

#[test]
fn of_a_stage_there_and_back() {
    let site = Site::new(SCHEMA, OPERATIONS);
    let mut all = String::new();
    for arguments in [
        &["start", "--yes", "--unrehearsed"][..],
        &["status"],
        &["complete", "--dry-run"],
        &["complete", "--yes"],
        &["checklist"],
        &["rollback", "--yes"],
        &["status"],
    ] {
        all.push_str(&json(&site, arguments));
    }
    insta::assert_snapshot!("a_stage_there_and_back", all);
}

#[test]
fn of_refusals_and_failures() {
    let site = Site::new(SCHEMA, OPERATIONS);
    let mut all = json(&site, &["start", "--yes"]);
    // It may not be null, and one is: the way forth stops there.
    site.folder.write(
        "restructure/it.toml",
        "title = \"it\"\n[[stages]]\nname = \"one\"\noperations = [{ kind = \"set_not_null\", table = \"people\", column = \"mail\" }]\n",
    );
    site.sql("UPDATE people SET mail = NULL WHERE id = 1");
    for arguments in [&["start", "--yes", "--unrehearsed"][..], &["status"]] {
        all.push_str(&json(&site, arguments));
    }
    insta::assert_snapshot!("refusals_and_failures", all);
}
