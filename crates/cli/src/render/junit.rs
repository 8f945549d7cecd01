//! The report as JUnit XML: a suite for each section of the checklist, a case for each finding and each rule that holds.
//!
//! Errors and warnings are failures, notes are output of a case that passed, what was suppressed or not checked is skipped.

use std::collections::BTreeSet;
use std::io;

use pgmason_model::{Finding, Level};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::report::{CheckReport, ChecklistSection, ReplayReport};
use super::wording::{
    failure_message, failure_text, file_and_line, finding_text, not_checked_text, notes, sentence, subject,
    unused_ignore_text,
};

pub(crate) fn render(report: &CheckReport, out: &mut dyn io::Write) -> io::Result<()> {
    let suites = suites(report);
    let mut writer = Writer::new_with_indent(&mut *out, b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let all = suites.iter().flat_map(|suite| &suite.cases);
    let mut root = element("testsuites", &[("name", &report.project), ("time", &format!("{:.3}", report.seconds))]);
    add_counts(&mut root, all);
    writer.write_event(Event::Start(root))?;
    for suite in &suites {
        write_suite(&mut writer, suite)?;
    }
    writer.write_event(Event::End(BytesEnd::new("testsuites")))?;
    out.write_all(b"\n")
}

struct Suite {
    name: String,
    cases: Vec<Case>,
}

struct Case {
    name: String,
    file: Option<String>,
    outcome: Outcome,
}

enum Outcome {
    Passed,
    /// Passed, with something to say.
    Noted(String),
    Failed {
        message: String,
        kind: String,
        text: String,
    },
    /// The check itself could not be made.
    Broken {
        message: String,
        kind: String,
        text: String,
    },
    Skipped(String),
}

fn suites(report: &CheckReport) -> Vec<Suite> {
    let mut suites = Vec::new();
    let mut listed = BTreeSet::new();
    suites.extend(report.replay.as_ref().map(replay_suite));
    for section in &report.checklist {
        listed.extend(section.rows.iter().map(|row| row.rule.as_str()));
        suites.push(section_suite(report, section));
    }
    let ignores = report.unused_ignores.iter().map(|ignore| Case {
        name: format!("{}: {}", ignore.rule, ignore.object),
        file: Some(file_and_line(&ignore.place).0.to_owned()),
        outcome: Outcome::Skipped(unused_ignore_text(ignore)),
    });
    let not_checked = report.not_checked.iter().map(|not_checked| Case {
        name: not_checked.what.clone(),
        file: None,
        outcome: Outcome::Skipped(not_checked_text(not_checked)),
    });
    let notes = notes(report).into_iter().enumerate().map(|(place, note)| Case {
        name: format!("note {}", place + 1),
        file: None,
        outcome: Outcome::Noted(note),
    });
    let rest = [
        ("Other rules", cases_of(report, |rule| !listed.contains(rule))),
        ("Ignores", ignores.collect()),
        ("Not checked", not_checked.collect()),
        ("Notes", notes.collect()),
    ];
    let filled = rest.into_iter().filter(|(_, cases)| !cases.is_empty());
    suites.extend(filled.map(|(name, cases)| Suite { name: name.to_owned(), cases }));
    suites
}

fn replay_suite(replay: &ReplayReport) -> Suite {
    let mut cases: Vec<Case> = replay
        .failures
        .iter()
        .map(|failure| Case {
            name: format!("{}:{}", failure.file, failure.line),
            file: Some(failure.file.clone()),
            outcome: Outcome::Broken {
                message: failure_message(failure),
                kind: failure.sqlstate.clone().unwrap_or_else(|| "replay".to_owned()),
                text: format!("{}\n\n{}", failure_text(failure), failure.statement),
            },
        })
        .collect();
    cases.push(Case {
        name: format!("{} of {} files replayed", replay.applied, replay.files),
        file: None,
        outcome: Outcome::Passed,
    });
    Suite { name: "Replay".to_owned(), cases }
}

fn section_suite(report: &CheckReport, section: &ChecklistSection) -> Suite {
    let mut cases = Vec::new();
    for row in &section.rows {
        let found = cases_of(report, |rule| rule == row.rule);
        if found.is_empty() {
            cases.push(Case { name: row.rule.clone(), file: None, outcome: Outcome::Passed });
        }
        cases.extend(found);
    }
    Suite { name: section.title.clone(), cases }
}

fn cases_of(report: &CheckReport, is_wanted: impl Fn(&str) -> bool) -> Vec<Case> {
    let reported = report.findings.iter().filter(|finding| is_wanted(&finding.rule)).map(|finding| case(finding, None));
    let suppressed = report
        .suppressed
        .iter()
        .filter(|suppressed| is_wanted(&suppressed.finding.rule))
        .map(|suppressed| case(&suppressed.finding, Some(&suppressed.reason)));
    reported.chain(suppressed).collect()
}

fn case(finding: &Finding, suppressed_because: Option<&str>) -> Case {
    let mut text = finding_text(finding);
    if let Some(file) = &finding.file {
        let line = finding.line.map(|line| format!(":{line}")).unwrap_or_default();
        text = format!("{text}\nat {file}{line}");
    }
    let outcome = match (suppressed_because, finding.level) {
        (Some(reason), _) => Outcome::Skipped(format!("suppressed: {reason}")),
        (None, Level::Info) => Outcome::Noted(text),
        (None, level) => Outcome::Failed { message: sentence(&finding.message), kind: level.to_string(), text },
    };
    Case { name: format!("{}: {}", finding.rule, subject(finding)), file: finding.file.clone(), outcome }
}

fn write_suite<W: io::Write>(writer: &mut Writer<W>, suite: &Suite) -> io::Result<()> {
    let mut start = element("testsuite", &[("name", &suite.name)]);
    add_counts(&mut start, suite.cases.iter());
    writer.write_event(Event::Start(start))?;
    for case in &suite.cases {
        let class = format!("pgmason.{}", suite.name);
        let mut start = element("testcase", &[("classname", &class), ("name", &case.name)]);
        if let Some(file) = &case.file {
            start.push_attribute(("file", allowed_in_xml(file).as_str()));
        }
        if matches!(case.outcome, Outcome::Passed) {
            writer.write_event(Event::Empty(start))?;
            continue;
        }
        writer.write_event(Event::Start(start))?;
        write_outcome(writer, &case.outcome)?;
        writer.write_event(Event::End(BytesEnd::new("testcase")))?;
    }
    writer.write_event(Event::End(BytesEnd::new("testsuite")))
}

fn write_outcome<W: io::Write>(writer: &mut Writer<W>, outcome: &Outcome) -> io::Result<()> {
    match outcome {
        Outcome::Passed => Ok(()),
        Outcome::Noted(text) => write_text(writer, element("system-out", &[]), text),
        Outcome::Failed { message, kind, text } => {
            write_text(writer, element("failure", &[("message", message), ("type", kind)]), text)
        }
        Outcome::Broken { message, kind, text } => {
            write_text(writer, element("error", &[("message", message), ("type", kind)]), text)
        }
        Outcome::Skipped(reason) => writer.write_event(Event::Empty(element("skipped", &[("message", reason)]))),
    }
}

fn write_text<W: io::Write>(writer: &mut Writer<W>, start: BytesStart<'_>, text: &str) -> io::Result<()> {
    let end = start.to_end().into_owned();
    writer.write_event(Event::Start(start))?;
    writer.write_event(Event::Text(BytesText::new(&allowed_in_xml(text))))?;
    writer.write_event(Event::End(end))
}

fn element(name: &'static str, attributes: &[(&str, &str)]) -> BytesStart<'static> {
    let mut start = BytesStart::new(name);
    for (name, value) in attributes {
        start.push_attribute((*name, allowed_in_xml(value).as_str()));
    }
    start
}

fn add_counts<'a>(start: &mut BytesStart<'_>, cases: impl Iterator<Item = &'a Case>) {
    let (mut tests, mut failures, mut errors, mut skipped) = (0, 0, 0, 0);
    for case in cases {
        tests += 1;
        match case.outcome {
            Outcome::Passed | Outcome::Noted(_) => {}
            Outcome::Failed { .. } => failures += 1,
            Outcome::Broken { .. } => errors += 1,
            Outcome::Skipped(_) => skipped += 1,
        }
    }
    for (name, count) in [("tests", tests), ("failures", failures), ("errors", errors), ("skipped", skipped)] {
        start.push_attribute((name, u32::to_string(&count).as_str()));
    }
}

/// XML 1.0 has no way to write most control characters, not even escaped.
fn allowed_in_xml(text: &str) -> String {
    text.chars()
        .filter(|c| matches!(c, '\t' | '\n' | '\r') || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}')))
        .collect()
}

#[cfg(test)]
mod tests {
    use quick_xml::Reader;

    use super::super::fixture::{empty_report, nasty_report, rendered};
    use super::*;

    #[test]
    fn writes_suites_cases_and_outcomes() {
        insta::assert_snapshot!(rendered(super::render, &nasty_report()));
    }

    #[test]
    fn is_well_formed() {
        for report in [nasty_report(), empty_report()] {
            let xml = rendered(super::render, &report);
            let mut reader = Reader::from_str(&xml);
            loop {
                match reader.read_event().unwrap() {
                    Event::Eof => break,
                    Event::Start(start) | Event::Empty(start) => {
                        assert!(start.attributes().all(|attribute| attribute.is_ok()), "{start:?}");
                    }
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn characters_that_xml_forbids_are_left_out() {
        assert_eq!(allowed_in_xml("a\u{7}b\u{0}c\u{85}\tü\u{ffff}\n"), "abc\tü\n");
    }
}
