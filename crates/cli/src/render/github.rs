//! The report as GitHub workflow commands: each becomes an annotation at its line of the pull request.
//!
//! In a command's data `%`, CR and LF are escaped, in a property `:` and `,` as well. GitHub shows the first ten annotations of a
//! level and step, so errors come first.

use std::cmp::Reverse;
use std::io;

use pgmason_model::Level;

use super::report::CheckReport;
use super::wording::{
    counts_text, failure_text, file_and_line, finding_text, not_checked_text, notes, unused_ignore_text,
};

pub(crate) fn render(report: &CheckReport, out: &mut dyn io::Write) -> io::Result<()> {
    if let Some(replay) = &report.replay {
        for failure in &replay.failures {
            let place = Place { file: Some(&failure.file), line: Some(failure.line), column: None };
            write_command(out, "error", place, "replay", &failure_text(failure))?;
        }
    }
    let mut findings: Vec<_> = report.findings.iter().collect();
    findings.sort_by_key(|finding| Reverse(finding.level));
    for finding in findings {
        let place = Place { file: finding.file.as_deref(), line: finding.line, column: finding.column };
        write_command(out, command(finding.level), place, &finding.rule, &finding_text(finding))?;
    }
    for ignore in &report.unused_ignores {
        let (file, line) = file_and_line(&ignore.place);
        let place = Place { file: Some(file), line, column: None };
        write_command(out, "warning", place, "unused ignore", &unused_ignore_text(ignore))?;
    }
    for not_checked in &report.not_checked {
        write_command(out, "notice", Place::default(), "not checked", &not_checked_text(not_checked))?;
    }
    for note in notes(report) {
        write_command(out, "notice", Place::default(), "note", &note)?;
    }
    // A line that is no command shows in the log alone.
    writeln!(out, "pgmason: {}, {} suppressed", counts_text(&report.counts), report.suppressed.len())
}

#[derive(Clone, Copy, Default)]
pub(super) struct Place<'a> {
    pub(super) file: Option<&'a str>,
    pub(super) line: Option<u32>,
    pub(super) column: Option<u32>,
}

fn command(level: Level) -> &'static str {
    match level {
        Level::Info => "notice",
        Level::Warning => "warning",
        Level::Error => "error",
    }
}

pub(super) fn write_command(
    out: &mut dyn io::Write,
    command: &str,
    place: Place<'_>,
    title: &str,
    text: &str,
) -> io::Result<()> {
    let mut properties = Vec::new();
    if let Some(file) = place.file {
        properties.push(format!("file={}", escape_property(file)));
        properties.extend(place.line.map(|line| format!("line={line}")));
        properties.extend(place.column.map(|column| format!("col={column}")));
    }
    properties.push(format!("title={}", escape_property(title)));
    writeln!(out, "::{command} {}::{}", properties.join(","), escape_data(text))
}

fn escape_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape_data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{empty_report, nasty_report, rendered};

    #[test]
    fn every_command_is_one_line() {
        let text = rendered(super::render, &nasty_report());
        assert!(!text.contains('\r'), "a carriage return ends a line too");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_clean_report_has_its_counts_only() {
        assert_eq!(rendered(super::render, &empty_report()), "pgmason: 0 errors, 0 warnings, 0 notes, 0 suppressed\n");
    }
}
