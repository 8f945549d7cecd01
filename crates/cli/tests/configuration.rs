//! What `pgmason.toml` and the command line may say, and exit codes.

use pgmason_testkit::Folder;

use crate::support::{NO_KEY, project, run};

fn toml(text: &str) -> Folder {
    Folder::with(&[("migrations/001_it.sql", NO_KEY), ("pgmason.toml", text)])
}

#[test]
fn exit_codes() {
    let clean = project("CREATE TABLE IF NOT EXISTS public.t (id uuid PRIMARY KEY);\n");
    run(&clean, &["check", "--rule", "no-primary-key"]).assert_code(0);
    run(&project(NO_KEY), &["check", "--rule", "no-primary-key"]).assert_code(1);
    run(&project("SELECT 1/0;\n"), &["check"]).assert_code(1).assert_says("division by zero");
    run(&project(NO_KEY), &["check", "--no-such-option"]).assert_code(2);
}

#[test]
fn fail_on_decides_from_which_level_on_it_fails() {
    let folder = project(NO_KEY);
    let rule = ["check", "--rule", "no-primary-key", "--fail-on"];
    for (level, code) in [("info", 1), ("warning", 1), ("error", 0), ("never", 0)] {
        run(&folder, &[&rule[..], &[level]].concat()).assert_code(code).assert_says("no-primary-key");
    }
    let as_error = toml("[rules]\nno-primary-key = \"error\"\n");
    run(&as_error, &[&rule[..], &["error"]].concat()).assert_code(1);
    let off = toml("[rules]\nno-primary-key = \"off\"\n");
    let outcome = run(&off, &["check", "--json"]);
    assert!(outcome.findings().iter().all(|(rule, _)| rule != "no-primary-key"));
}

#[test]
fn only_the_rules_asked_for_run() {
    let folder = project("CREATE TABLE public.heap (note text, at timestamp, j json);\n");
    let outcome = run(&folder, &["check", "--json", "--rule", "json-not-jsonb", "--rule", "no-primary-key"]);
    let mut rules: Vec<String> = outcome.findings().into_iter().map(|(rule, _)| rule).collect();
    rules.sort();
    assert_eq!(rules, ["json-not-jsonb", "no-primary-key"]);
    // A rule that did not run is not said to be kept.
    let report = outcome.json();
    let listed: Vec<&str> = report["checklist"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|section| section["rows"].as_array().unwrap())
        .map(|row| row["rule"].as_str().unwrap())
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect();
    assert_eq!(listed, ["json-not-jsonb", "no-primary-key"]);
    run(&folder, &["check", "--rule", "no-such-rule"]).assert_refused().assert_says("no-such-rule");
}

#[test]
fn mistakes_in_the_file_are_named() {
    for (text, words) in [
        ("[rules]\nno-such-rule = \"error\"\n", "no-such-rule"),
        ("[rules.no-primary-key]\nno_such_option = true\n", "no_such_option"),
        ("[rules]\nno-primary-key = \"fatal\"\n", "fatal"),
        ("[rules]\nno-primary-key = 7\n", "no-primary-key"),
        ("[project]\nbaselin = \"plain\"\n", "baselin"),
        ("[project]\nbaseline = \"oracle\"\n", "oracle"),
        ("[scratch]\nengine = \"docker\"\n", "docker"),
        ("[no_such_section]\n", "no_such_section"),
        ("[rules\n", "line 1"),
        ("\u{0}", "pgmason.toml"),
    ] {
        run(&toml(text), &["check"]).assert_refused().assert_says(words).assert_says("pgmason.toml");
    }
}

#[test]
fn the_file_names_the_sources_and_the_platform() {
    let folder = Folder::with(&[
        ("db/one/001_a.sql", "CREATE TABLE a (id int PRIMARY KEY REFERENCES auth.users_of_mine);"),
        ("db/two/001_a.sql", "CREATE TABLE a (id uuid PRIMARY KEY REFERENCES auth.users);"),
        ("pgmason.toml", "[project]\nname = \"named\"\nbaseline = \"supabase\"\n[sources]\nmigrations = \"db/two\"\n"),
    ]);
    let report = run(&folder, &["check", "--json"]).json();
    assert_eq!((&report["project"], &report["replay"]["applied"]), (&"named".into(), &1.into()));
    // The command line wins.
    let report = run(&folder, &["check", "--json", "--migrations", "db/one"]).json();
    assert_eq!(report["replay"]["applied"], 0);
}

#[test]
fn a_project_is_found_from_where_one_stands() {
    let folder = Folder::with(&[
        (
            "apps/api/supabase/migrations/20240101000000_a.sql",
            "CREATE TABLE a (id uuid PRIMARY KEY REFERENCES auth.users);",
        ),
        ("apps/api/supabase/config.toml", "[db]\nmajor_version = 15\n"),
    ]);
    for arguments in
        [&["check", "--json"][..], &["check", "apps/api", "--json"], &["-C", "apps/api/supabase", "check", "--json"]]
    {
        let outcome = run(&folder, arguments);
        assert_eq!(outcome.json()["replay"]["applied"], 1, "{outcome}");
    }
    let several = Folder::with(&[("a/migrations/001_a.sql", NO_KEY), ("b/migrations/001_a.sql", NO_KEY)]);
    run(&several, &["check"]).assert_refused().assert_says("a/migrations").assert_says("b/migrations");
}
