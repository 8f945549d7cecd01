//! Real projects, where `PGMASON_CORPORA` names them: nothing panics, whatever is asked of whatever folder.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use pgmason_testkit::corpora;

use crate::support::pgmason;

/// Folders that hold SQL files themselves.
fn folders_of_sql(folder: &Path, found: &mut BTreeSet<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            folders_of_sql(&path, found);
        } else if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql")) {
            found.insert(folder.to_owned());
        }
    }
}

#[test]
fn the_files_of_every_folder_can_be_judged() {
    let Some(corpora) = corpora() else { return };
    let mut folders = BTreeSet::new();
    folders_of_sql(&corpora, &mut folders);
    assert!(!folders.is_empty());
    for folder in &folders {
        for option in ["--migrations", "--schema"] {
            let outcome = pgmason(folder).args(["check", "--files-only", "--json", option, "."]).run();
            assert!(matches!(outcome.code, Some(0..=2)), "{} {option}: {outcome}", folder.display());
            if outcome.code == Some(2) {
                outcome.assert_refused();
            }
        }
    }
}

/// How many files of each project apply on a hand-made Supabase bootstrap, as the corpora's own notes have it.
const APPLIED: &[(&str, u64, u64)] = &[
    ("chatbot-ui", 25, 25),
    ("dhg", 96, 182),
    ("dhg/at_9c371535_prefix_start", 30, 50),
    ("floyo", 0, 4),
    ("langfuse", 434, 434),
    ("liam", 91, 91),
    ("pgflow", 20, 20),
    ("promptcraft", 5, 10),
    ("ryzomatic", 65, 73),
    ("ryzomatic/at_3309f1e_parent_before", 22, 25),
    ("ryzomatic/at_3309f1e_restructured", 30, 33),
    ("svix", 16, 16),
];

#[test]
fn as_many_files_apply_as_are_known_to() {
    let Some(corpora) = corpora() else { return };
    for (project, applied, files) in APPLIED {
        let outcome = pgmason(&corpora.join(project)).args(["check", "--json", "--keep-going"]).run();
        assert!(matches!(outcome.code, Some(0 | 1)), "{project}: {outcome}");
        let replay = &outcome.json()["replay"];
        let failed = replay["failures"].as_array().unwrap();
        assert_eq!(
            (&replay["applied"], &replay["files"]),
            (&(*applied).into(), &(*files).into()),
            "{project}: {failed:#?}"
        );
        assert_eq!(*files, applied + failed.len() as u64, "{project}");
        for failure in failed {
            assert!(
                !failure["message"].as_str().unwrap().is_empty() && failure["line"].as_u64().unwrap() > 0,
                "{failure}"
            );
        }
    }
}

#[test]
fn as_many_tables_and_columns_are_built_as_generated_types_list() {
    let Some(corpora) = corpora() else { return };
    for (project, tables, columns) in
        [("liam", 15, Some(97)), ("chatbot-ui", 26, Some(235)), ("langfuse", 71, None), ("dhg", 86, None)]
    {
        let report = pgmason(&corpora.join(project)).args(["tables", "list", "--json"]).run().json();
        let list: Vec<&serde_json::Value> = report["tables"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|table| table["kind"].as_str().unwrap().ends_with("table"))
            .collect();
        assert_eq!(list.len(), tables, "{project}");
        if let Some(columns) = columns {
            assert_eq!(list.iter().map(|table| table["columns"].as_u64().unwrap()).sum::<u64>(), columns, "{project}");
        }
    }
}

#[test]
fn what_is_known_about_the_names_of_the_largest_folder() {
    let Some(corpora) = corpora() else { return };
    let findings = pgmason(&corpora.join("dhg")).args(["check", "--files-only", "--json"]).run().findings();
    let count = |rule: &str| findings.iter().filter(|(found, _)| found == rule).count();
    assert_eq!((count("duplicate-version"), count("down-file-runs-as-up")), (41, 24));
}
