//! `--baseline`: only what is new fails.

use crate::support::{NO_KEY, project, run};

#[test]
fn known_findings_pass_and_new_ones_fail() {
    let folder = project(NO_KEY);
    run(&folder, &["check"]).assert_code(1);
    run(&folder, &["check", "--write-baseline", "known.json"]).assert_code(0).assert_says("known.json");
    let known = run(&folder, &["check", "--baseline", "known.json", "--json"]);
    known.assert_code(0);
    assert_eq!(known.findings(), []);
    assert!(!known.json()["suppressed"].as_array().unwrap().is_empty());

    folder.write(
        "migrations/002_more.sql",
        "SET lock_timeout = '1s';\nCREATE TABLE IF NOT EXISTS public.pile (note text);\n",
    );
    let new = run(&folder, &["check", "--baseline", "known.json", "--json", "--rule", "no-primary-key"]);
    new.assert_code(1);
    assert_eq!(new.findings(), [("no-primary-key".to_owned(), "public.pile".to_owned())]);
}

#[test]
fn a_known_finding_survives_moved_lines() {
    let folder = project(NO_KEY);
    run(&folder, &["check", "--write-baseline", "known.json"]).assert_code(0);
    folder.write("migrations/001_it.sql", format!("\n\n-- a new comment\nSELECT 1;\n\n{NO_KEY}"));
    let moved = run(&folder, &["check", "--baseline", "known.json", "--json"]);
    assert_eq!(moved.findings(), [], "{moved}");
    moved.assert_code(0);
}

#[test]
fn the_file_is_the_same_on_every_run_and_nothing_else_is_left() {
    let folder = project(NO_KEY);
    for name in ["one.json", "two.json"] {
        run(&folder, &["check", "--write-baseline", name]).assert_code(0);
    }
    assert_eq!(folder.read("one.json"), folder.read("two.json"));
    let names = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(names, 3, "two files and the migrations");
}

#[test]
fn a_file_that_is_no_list_of_findings_is_told() {
    let folder = project(NO_KEY);
    folder.write("bad.json", "{\"schema_version\": 1}");
    folder.write("later.json", "{\"schema_version\": 99, \"findings\": []}");
    for name in ["bad.json", "later.json", "missing.json"] {
        run(&folder, &["check", "--baseline", name]).assert_code(2).assert_says(name);
    }
}
