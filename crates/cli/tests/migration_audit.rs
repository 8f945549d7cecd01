//! `pgmason migration audit`: the folder in figures, and the rules about its files.

use pgmason_testkit::Folder;

use crate::support::run;

fn untidy() -> Folder {
    Folder::with(&[
        ("migrations/20240101000000_a.sql", "CREATE TABLE a (id int PRIMARY KEY);"),
        ("migrations/20240101000000_a_down.sql", "DROP TABLE a;"),
        ("migrations/20240101000000_b.sql", "CREATE TABLE b (id int PRIMARY KEY);"),
        ("migrations/20240102_c.sql", "CREATE TABLE c (id int PRIMARY KEY);"),
        ("migrations/[timestamp]_d.sql", "CREATE TABLE d (id int PRIMARY KEY);"),
    ])
}

#[test]
fn the_folder_is_counted_and_judged() {
    let folder = untidy();
    let outcome = run(&folder, &["migration", "audit", "--json"]);
    outcome.assert_code(1);
    let report = outcome.json();
    let summary = &report["folder"];
    for (field, count) in [("files", 5), ("up", 3), ("down", 1), ("not_migrations", 1), ("duplicate_versions", 1)] {
        assert_eq!(summary[field], count, "{field}: {outcome}");
    }
    assert_eq!((&summary["first_version"], &summary["last_version"]), (&"20240101000000".into(), &"20240102".into()));
    let rules: Vec<&str> =
        report["check"]["findings"].as_array().unwrap().iter().map(|it| it["rule"].as_str().unwrap()).collect();
    for rule in ["duplicate-version", "down-file-runs-as-up", "mixed-version-formats", "migration-name-format"] {
        assert!(rules.contains(&rule), "{rule}: {outcome}");
    }
    let human = run(&folder, &["migration", "audit"]);
    human.assert_code(1).assert_says("5: 3 up, 1 down, 1 that are no migrations").assert_says("duplicate-version");
}

#[test]
fn numbering_leaves_content_out() {
    let folder = Folder::with(&[
        ("migrations/001_a.sql", "CREATE TABLE a (id int PRIMARY KEY);"),
        ("migrations/002_b.sql", "DROP TABLE a;"),
    ]);
    run(&folder, &["migration", "audit"]).assert_code(1).assert_says("drops-without-backup");
    run(&folder, &["migration", "audit", "--numbering"]).assert_code(0).assert_never_says("drops-without-backup");
}

#[test]
fn a_rule_that_is_switched_off_stays_off() {
    let folder = untidy();
    folder.write("pgmason.toml", "[rules]\nduplicate-version = \"off\"\n");
    run(&folder, &["migration", "audit", "--numbering"]).assert_code(1).assert_never_says("duplicate-version");
}

#[test]
fn every_format_of_check_is_written() {
    let folder = untidy();
    for format in ["human", "json", "sarif", "github", "gitlab", "junit", "markdown"] {
        let outcome = run(&folder, &["migration", "audit", "--output", format]);
        outcome.assert_code(1).assert_says("20240101000000_b.sql");
        run(&folder, &["migration", "audit", "--output", format, "-o", "report"]).assert_code(1);
        assert!(folder.read("report").contains("20240101000000_b.sql"), "{format}");
    }
}

#[test]
fn how_much_fails_can_be_chosen() {
    run(&untidy(), &["migration", "audit", "--fail-on", "never"]).assert_code(0);
}

#[test]
fn a_number_that_runs_too_early_is_found() {
    let folder = Folder::with(&[("migrations/9_a.sql", "SELECT 1;"), ("migrations/10_b.sql", "SELECT 2;")]);
    let outcome = run(&folder, &["migration", "audit", "--numbering"]);
    outcome.assert_code(1).assert_says("9_a.sql runs after 10_b.sql").assert_says("version-order-by-text");
}

#[test]
fn folders_that_are_none_are_refused() {
    run(&Folder::new(), &["migration", "audit"]).assert_refused();
    let folder = Folder::with(&[("migrations/readme.md", "")]);
    run(&folder, &["migration", "audit", "--migrations", "migrations"]).assert_refused();
    run(&folder, &["migration", "audit", "--migrations", "migrations/readme.md"]).assert_refused();
}
