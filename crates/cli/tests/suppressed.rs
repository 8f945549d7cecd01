//! Ignores, in `pgmason.toml` and in SQL: what they silence, and what they do not.

use pgmason_testkit::{Folder, Outcome};

use crate::support::{NO_KEY, run};

fn with_configuration(sql: &str, toml: &str) -> Folder {
    Folder::with(&[("migrations/001_it.sql", sql), ("pgmason.toml", toml)])
}

fn check(folder: &Folder) -> Outcome {
    run(folder, &["check", "--json", "--rule", "no-primary-key"])
}

fn ignore(lines: &str) -> String {
    format!("[[rules.no-primary-key.ignore]]\nobject = \"public.heap\"\n{lines}")
}

#[test]
fn an_ignore_with_a_reason_silences() {
    let folder = with_configuration(NO_KEY, &ignore("reason = \"filled anew every night\"\nexpires = \"2999-01-01\""));
    let outcome = check(&folder);
    outcome.assert_code(0);
    assert_eq!(outcome.findings(), []);
    assert_eq!(outcome.json()["suppressed"][0]["reason"], "filled anew every night");
    assert_eq!(outcome.json()["suppressed"][0]["finding"]["rule"], "no-primary-key");
}

#[test]
fn an_expired_ignore_is_a_finding_again_and_told() {
    let folder = with_configuration(NO_KEY, &ignore("reason = \"until spring\"\nexpires = \"2020-01-01\""));
    let outcome = check(&folder);
    outcome.assert_code(1);
    assert_eq!(outcome.findings(), [("no-primary-key".to_owned(), "public.heap".to_owned())]);
    let told = &outcome.json()["unused_ignores"][0];
    assert_eq!((told["place"].as_str(), told["reason"].as_str()), (Some("pgmason.toml"), Some("expired")));
    run(&folder, &["check"]).assert_code(1).assert_says("expired");
}

#[test]
fn an_ignore_that_silences_nothing_is_told() {
    let toml = "[[rules.no-primary-key.ignore]]\nobject = \"public.gone\"\nreason = \"legacy\"\n";
    let folder = with_configuration(
        "CREATE TABLE t (id int PRIMARY KEY);\n-- pgmason: ignore rls-disabled never was\nSELECT 1;\n-- pgmason: ignore no-such-rule because\nSELECT 2;\n",
        toml,
    );
    let outcome = run(&folder, &["check", "--json"]);
    let report = outcome.json();
    let told: Vec<String> = report["unused_ignores"]
        .as_array()
        .unwrap()
        .iter()
        .map(|unused| {
            format!(
                "{} {} {}",
                unused["place"].as_str().unwrap(),
                unused["rule"].as_str().unwrap(),
                unused["reason"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "pgmason.toml no-primary-key nothing to silence",
            "migrations/001_it.sql:2 rls-disabled nothing to silence",
            "migrations/001_it.sql:4 no-such-rule no rule is called that",
        ]
    );
    run(&folder, &["check"]).assert_says("public.gone").assert_says("no-such-rule");
}

#[test]
fn a_comment_silences_its_statement_and_no_other() {
    let folder = Folder::with(&[(
        "migrations/001_it.sql",
        "-- pgmason: ignore no-primary-key a staging table\nCREATE TABLE public.heap (note text);\n\
         CREATE TABLE public.pile (note text);\n",
    )]);
    let outcome = check(&folder);
    outcome.assert_code(1);
    assert_eq!(outcome.findings(), [("no-primary-key".to_owned(), "public.pile".to_owned())]);
    assert_eq!(outcome.json()["suppressed"][0]["reason"], "a staging table");
    assert_eq!(outcome.json()["unused_ignores"], serde_json::json!([]));
}

#[test]
fn a_comment_silences_a_whole_file() {
    let folder = Folder::with(&[
        (
            "migrations/001_it.sql",
            "-- pgmason: ignore-file no-primary-key staging\nCREATE TABLE a (n text);\nCREATE TABLE b (n text);\n",
        ),
        ("migrations/002_it.sql", "CREATE TABLE c (n text);\n"),
    ]);
    assert_eq!(check(&folder).findings(), [("no-primary-key".to_owned(), "public.c".to_owned())]);
}

#[test]
fn comments_for_squawk_are_read() {
    let sql = |comment: &str| format!("CREATE TABLE t (id int PRIMARY KEY);\n{comment}DROP TABLE t;\n");
    let check = |comment: &str| {
        let folder = Folder::with(&[
            ("migrations/001_a.sql", "CREATE TABLE t (id int PRIMARY KEY);"),
            ("migrations/002_b.sql", &sql(comment).replacen("CREATE TABLE t (id int PRIMARY KEY);\n", "", 1)),
        ]);
        run(&folder, &["check", "--files-only", "--json", "--rule", "drops-without-backup"])
    };
    assert_eq!(check("").findings().len(), 1);
    let silenced = check("-- squawk-ignore ban-drop-table\n");
    assert_eq!(silenced.findings(), [], "{silenced}");
    assert_eq!(check("-- squawk-ignore adding-serial-primary-key-field\n").findings().len(), 1);
}

#[test]
fn an_ignore_needs_a_reason_and_a_real_date() {
    for (lines, words) in [
        ("", "missing field `reason`"),
        ("reason = \"  \"", "reason is empty"),
        ("reason = \"x\"\nexpires = \"next week\"", "is no date"),
        ("reason = \"x\"\nexpires = \"2025-02-30\"", "is no date"),
    ] {
        check(&with_configuration(NO_KEY, &ignore(lines)))
            .assert_code(2)
            .assert_says(words)
            .assert_says("pgmason.toml");
    }
}
