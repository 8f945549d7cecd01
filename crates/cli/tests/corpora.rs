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
            let outcome =
                pgmason(folder).args(["check", "--files-only", "--json", option, "."]).run();
            assert!(matches!(outcome.code, Some(0..=2)), "{} {option}: {outcome}", folder.display());
            if outcome.code == Some(2) {
                outcome.assert_refused();
            }
        }
    }
}

#[test]
fn every_project_can_be_checked() {
    let Some(corpora) = corpora() else { return };
    let projects = [
        "chatbot-ui", "dhg", "dhg/at_9c371535_prefix_start", "floyo", "langfuse", "liam", "pgflow", "promptcraft", "ryzomatic",
        "ryzomatic/at_3309f1e_parent_before", "ryzomatic/at_3309f1e_restructured", "svix",
    ];
    for project in projects {
        let outcome = pgmason(&corpora.join(project)).args(["check", "--json", "--keep-going"]).run();
        assert!(matches!(outcome.code, Some(0..=2)), "{project}: {outcome}");
        if outcome.code == Some(2) {
            outcome.assert_refused();
            continue;
        }
        let replay = &outcome.json()["replay"];
        let (files, applied) = (replay["files"].as_u64().unwrap(), replay["applied"].as_u64().unwrap());
        let failed = replay["failures"].as_array().unwrap();
        assert_eq!(files, applied + failed.len() as u64, "{project}");
        eprintln!("{project}: {applied} of {files} applied");
        for failure in failed {
            assert!(!failure["message"].as_str().unwrap().is_empty() && failure["line"].as_u64().unwrap() > 0);
        }
    }
}

#[test]
fn what_is_known_to_be_whole_replays_whole() {
    let Some(corpora) = corpora() else { return };
    for (project, files) in [("liam", 91), ("chatbot-ui", 25), ("pgflow", 20), ("langfuse", 434), ("svix", 16)] {
        let outcome = pgmason(&corpora.join(project)).args(["check", "--json", "--rule", "no-primary-key"]).run();
        let replay = &outcome.json()["replay"];
        assert_eq!((&replay["applied"], &replay["files"]), (&files.into(), &files.into()), "{project}: {}", replay["failures"]);
    }
}
