//! The two sample projects: one keeps the whole rulebook, the other breaks it in ways that must be found.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::support::pgmason;

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name)
}

#[test]
fn promptcraft_keeps_its_rulebook() {
    let outcome = pgmason(&example("promptcraft")).args(["check", "--json"]).run();
    assert_eq!(outcome.findings(), [], "{outcome}");
    outcome.assert_code(0);
    let report = outcome.json();
    assert_eq!(report["replay"]["failures"], serde_json::json!([]));
    assert_eq!(report["unused_ignores"], serde_json::json!([]));
}

#[test]
fn promptcrafts_schema_files_build_too() {
    let outcome = pgmason(&example("promptcraft")).args(["check", "--json", "--schema", "supabase/schema"]).run();
    assert_eq!(outcome.json()["replay"]["failures"], serde_json::json!([]), "{outcome}");
}

/// `expected/library.txt`: `rule: subject, subject …` must be found, `not rule: subject …` must not.
#[test]
fn library_has_what_is_wrong_with_it() {
    let outcome = pgmason(&example("library")).args(["check", "--json"]).run();
    outcome.assert_code(1);
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (rule, subject) in outcome.findings() {
        found.entry(rule).or_default().push(subject.strip_prefix("public.").unwrap_or(&subject).to_owned());
    }
    let mut wrong = Vec::new();
    for line in include_str!("expected/library.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (head, subjects) = line.split_once(": ").unwrap();
        let (rule, wanted) = head.strip_prefix("not ").map_or((head, true), |rule| (rule, false));
        let of_rule = found.get(rule).map(Vec::as_slice).unwrap_or_default();
        for subject in subjects.split(", ") {
            let is_found = of_rule.iter().any(|found| found == subject || found.starts_with(&format!("{subject}(")));
            if is_found != wanted {
                wrong.push(format!("{rule}: {subject} is {}", if wanted { "not found" } else { "found" }));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
