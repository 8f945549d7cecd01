//! Runs the examples of every page of the section: a bad one must be reported, a good one must not.
//!
//! An example is one file, or several behind `-- file: NAME` lines; a word behind `bad` or `good` names the layout.

use std::collections::BTreeMap;

use pgmason_model::Finding;

use crate::files::{FilesContext, MigrationFolder};
use crate::findings::Findings;
use crate::locations::Locations;
use crate::migrations::{FileName, Layout, MigrationFile};
use crate::rulebook::{OptionValue, RuleSettings, Rulebook};
use crate::rules::{Check, Rule};

/// 2026-01-01 00:00:00 UTC.
const NOW: i64 = 1_767_225_600;

struct Example {
    bad: bool,
    layout: Layout,
    sql: String,
}

#[test]
fn every_page_example_is_judged_right() {
    let only = std::env::var("PGMASON_RULE").unwrap_or_default();
    let mut wrong = Vec::new();
    for rule in super::RULES.iter().filter(|rule| rule.name.contains(&only)) {
        let (examples, rulebook) = read_page(rule);
        for kind in [true, false] {
            if !examples.iter().any(|example| example.bad == kind) {
                wrong.push(format!("{}: no {} example", rule.name, if kind { "bad" } else { "good" }));
            }
        }
        for example in examples {
            let messages = findings(rule, &rulebook, &example);
            if example.bad == messages.is_empty() {
                let kind = if example.bad { "bad" } else { "good" };
                wrong.push(format!("{} ({kind}): {messages:?}\n{}", rule.name, example.sql));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_page_is_whole() {
    for rule in super::RULES {
        let page = rule.page;
        assert!(page.starts_with(&format!("# {}\n", rule.name)), "{}", rule.name);
        for heading in ["## Why it matters", "## How to mend it", "## Examples"] {
            assert!(page.contains(heading), "{}: {heading}", rule.name);
        }
        for option in rule.options {
            assert!(page.contains(&format!("`{}`", option.name)), "{}: option {}", rule.name, option.name);
        }
    }
}

#[test]
fn rules_are_in_alphabetical_order() {
    assert!(super::RULES.is_sorted_by_key(|rule| rule.name));
}

#[test]
fn files_that_have_run_are_not_judged_for_locks() {
    let sql = "-- file: 1_a.sql\nCREATE TABLE t (id int);\n-- file: 2_b.sql\nCREATE INDEX i ON t (id);\nTRUNCATE t;"
        .to_owned();
    let example = Example { bad: true, layout: Layout::Numbered, sql };
    let count = |name: &str, pending: bool| {
        let rule = super::RULES.iter().copied().find(|rule| rule.name == name).unwrap();
        let mut files = read_files(&example);
        files.iter_mut().for_each(|file| file.pending = pending);
        judge(rule, &Rulebook::default(), Layout::Numbered, &files).len()
    };
    for rule in ["index-not-concurrent", "lock-timeout-not-set"] {
        assert_eq!((count(rule, true), count(rule, false)), (1, 0), "{rule}");
    }
    // What it lost is lost all the same.
    assert_eq!(count("drops-without-backup", false), 1);
}

/// Known facts of a real folder of 220 files.
#[test]
fn names_of_a_real_folder() {
    let Some(corpora) = std::env::var_os("PGMASON_CORPORA") else {
        println!("skipped: PGMASON_CORPORA is not set");
        return;
    };
    let folder = std::path::Path::new(&corpora).join("dhg/supabase/migrations");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".sql"))
        .collect();
    names.sort();
    let layout = Layout::detect(names.iter().map(String::as_str), |_| false);
    let read = |name: &String| {
        let text = String::from_utf8_lossy(&std::fs::read(folder.join(name)).unwrap()).into_owned();
        MigrationFile::read(layout, name.clone(), name.clone(), layout.read_name(name).unwrap(), text)
    };
    let files: Vec<MigrationFile> = names.iter().map(read).collect();
    for (name, expected) in [("duplicate-version", 41), ("down-file-runs-as-up", 24), ("migration-name-format", 14)] {
        let rule = super::RULES.iter().copied().find(|rule| rule.name == name).unwrap();
        assert_eq!(judge(rule, &Rulebook::default(), layout, &files).len(), expected, "{name}");
    }
}

fn findings(rule: &'static Rule, rulebook: &Rulebook, example: &Example) -> Vec<String> {
    let list = judge(rule, rulebook, example.layout, &read_files(example));
    for finding in &list {
        assert!(!finding.message.ends_with('.') && !finding.help.ends_with('.'), "{}: full stop", rule.name);
        assert!(finding.line.is_some_and(|line| line > 0), "{}: no line", rule.name);
        let fix = finding.fix.iter().map(|fix| fix.sql.as_str()).collect::<String>();
        for piece in pgmason_sql::split::split(&fix).pieces {
            let statement = pgmason_sql::parse_statement(&fix[piece.span]);
            assert!(statement.is_fully_read(), "{}: {fix}", rule.name);
        }
    }
    list.into_iter().map(|finding| format!("{}: {}", finding.line.unwrap_or_default(), finding.message)).collect()
}

fn judge(rule: &'static Rule, rulebook: &Rulebook, layout: Layout, files: &[MigrationFile]) -> Vec<Finding> {
    let folder = MigrationFolder::new(layout, files, Some(NOW));
    let locations = Locations::default();
    let mut findings = Findings::new(rule, rule.default_level.level().unwrap(), &locations);
    let Check::Files(check) = rule.check else { panic!("{} looks at no files", rule.name) };
    check(&FilesContext { rule, folder: &folder, rulebook }, &mut findings);
    findings.into_list()
}

fn read_files(example: &Example) -> Vec<MigrationFile> {
    let mut parts: Vec<(String, String)> = Vec::new();
    for line in example.sql.lines() {
        if let Some(name) = line.strip_prefix("-- file: ") {
            parts.push((name.trim().to_owned(), String::new()));
            continue;
        }
        if parts.is_empty() {
            parts.push((usual_name(example.layout).to_owned(), String::new()));
        }
        let text = &mut parts.last_mut().unwrap().1;
        text.push_str(line);
        text.push('\n');
    }
    let named = parts.into_iter().filter_map(|(name, text)| Some((example.layout.read_name(&name)?, name, text)));
    let mut named: Vec<(FileName, String, String)> = named.collect();
    named.sort_by(|a, b| example.layout.order((&a.0, &a.1), (&b.0, &b.1)));
    let read = |(name, path, text): (FileName, String, String)| {
        MigrationFile::read(example.layout, path.clone(), path, name, text)
    };
    named.into_iter().map(read).collect()
}

fn usual_name(layout: Layout) -> &'static str {
    match layout {
        Layout::Numbered | Layout::Dbmate => "20240102000000_example.sql",
        Layout::Prisma => "20240102000000_example/migration.sql",
        Layout::Diesel => "2024-01-02-000000_example/up.sql",
        Layout::Sqlx => "20240102000000_example.up.sql",
        Layout::Refinery => "V2__example.sql",
    }
}

/// The examples of a page, and the rulebook that its `toml` fence asks for.
fn read_page(rule: &'static Rule) -> (Vec<Example>, Rulebook) {
    let mut examples: Vec<Example> = Vec::new();
    let mut options = BTreeMap::new();
    let mut fence: Option<(Vec<&str>, String)> = None;
    for line in rule.page.lines() {
        match (line.strip_prefix("```"), fence.take()) {
            (Some(words), None) => fence = Some((words.split_whitespace().collect(), String::new())),
            (Some(_), Some((words, text))) => match words.as_slice() {
                ["toml"] => options = read_options(&text),
                ["sql", kind @ ("bad" | "good"), rest @ ..] => {
                    examples.push(Example { bad: *kind == "bad", layout: layout(rest), sql: text });
                }
                other => panic!("{}: fence {other:?}", rule.name),
            },
            (None, Some((words, text))) => fence = Some((words, text + line + "\n")),
            (None, None) => {}
        }
    }
    let settings = RuleSettings { options, ..RuleSettings::default() };
    (examples, Rulebook { rules: [(rule.name.to_owned(), settings)].into(), ..Rulebook::default() })
}

/// `key = value` lines; the values that options have are written alike in TOML and JSON.
fn read_options(text: &str) -> BTreeMap<String, OptionValue> {
    text.lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(key, value)| (key.to_owned(), serde_json::from_str(value).unwrap()))
        .collect()
}

fn layout(words: &[&str]) -> Layout {
    match words {
        [] => Layout::Numbered,
        ["prisma"] => Layout::Prisma,
        ["sqlx"] => Layout::Sqlx,
        ["diesel"] => Layout::Diesel,
        ["dbmate"] => Layout::Dbmate,
        ["refinery"] => Layout::Refinery,
        other => panic!("layout {other:?}"),
    }
}
