//! The report as GitLab Code Quality issues. Lines are 1-based, every issue has a path and a fingerprint of its own.

use std::collections::HashMap;
use std::io;

use pgmason_model::Level;
use serde::Serialize;

use super::report::CheckReport;
use super::wording::{NO_FILE, failure_text, file_and_line, finding_text, not_checked_text, notes, unused_ignore_text};

pub(crate) fn render(report: &CheckReport, out: &mut dyn io::Write) -> io::Result<()> {
    let mut issues = Issues::default();
    if let Some(replay) = &report.replay {
        for failure in &replay.failures {
            let fingerprint = format!("replay/{}/{}", failure.file, failure.sqlstate.as_deref().unwrap_or_default());
            let place = (Some(failure.file.as_str()), Some(failure.line));
            issues.add("replay", "blocker", place, failure_text(failure), fingerprint);
        }
    }
    for finding in &report.findings {
        let place = (finding.file.as_deref(), finding.line);
        issues.add(&finding.rule, severity(finding.level), place, finding_text(finding), finding.fingerprint.clone());
    }
    for ignore in &report.unused_ignores {
        let (file, line) = file_and_line(&ignore.place);
        let fingerprint = format!("unused-ignore/{file}/{}/{}", ignore.rule, ignore.object);
        issues.add("unused-ignore", "info", (Some(file), line), unused_ignore_text(ignore), fingerprint);
    }
    for not_checked in &report.not_checked {
        let fingerprint = format!("not-checked/{}", not_checked.what);
        issues.add("not-checked", "info", (None, None), not_checked_text(not_checked), fingerprint);
    }
    for note in notes(report) {
        issues.add("note", "info", (None, None), note.clone(), format!("note/{note}"));
    }
    serde_json::to_writer_pretty(&mut *out, &issues.list)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

#[derive(Default)]
struct Issues {
    list: Vec<Issue>,
    seen: HashMap<String, usize>,
}

impl Issues {
    /// GitLab drops the second of two issues with one fingerprint, so repeats get a number.
    fn add(
        &mut self,
        check_name: &str,
        severity: &'static str,
        (file, line): (Option<&str>, Option<u32>),
        description: String,
        fingerprint: String,
    ) {
        let count = self.seen.entry(fingerprint.clone()).or_default();
        *count += 1;
        let fingerprint = if *count > 1 { format!("{fingerprint}-{count}") } else { fingerprint };
        self.list.push(Issue {
            description,
            check_name: check_name.to_owned(),
            fingerprint,
            severity,
            location: Location {
                path: file.unwrap_or(NO_FILE).to_owned(),
                lines: Lines { begin: line.unwrap_or(1).max(1) },
            },
        });
    }
}

fn severity(level: Level) -> &'static str {
    match level {
        Level::Info => "info",
        Level::Warning => "minor",
        Level::Error => "critical",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::fixture::{empty_report, nasty_report, rendered};

    #[test]
    fn writes_code_quality_issues() {
        insta::assert_snapshot!(rendered(super::render, &nasty_report()));
    }

    #[test]
    fn fingerprints_are_unique() {
        let issues: serde_json::Value = serde_json::from_str(&rendered(super::render, &nasty_report())).unwrap();
        let fingerprints: Vec<_> = issues.as_array().unwrap().iter().map(|issue| &issue["fingerprint"]).collect();
        let unique: BTreeSet<String> = fingerprints.iter().map(ToString::to_string).collect();
        assert_eq!(unique.len(), fingerprints.len(), "{fingerprints:?}");
    }

    #[test]
    fn a_clean_report_is_an_empty_list() {
        assert_eq!(rendered(super::render, &empty_report()), "[]\n");
    }
}
