//! The report as GitHub Markdown, for a comment on a pull request: counts, checklist, findings by object.
//!
//! GitHub refuses a comment of more than 65,536 characters, so the least important findings are left out beyond that, and
//! the comment says how many.

pub(super) mod escape;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io;

use pgmason_model::{Finding, Level};

use self::escape::{code, code_in_cell, text};
use super::report::{CheckReport, ChecklistSection, ReplayReport};
use super::wording::{counts_text, failure_text, notes, sentence, subject, unused_ignore_text};

/// In bytes, which are never fewer than characters.
const GITHUB_LIMIT: usize = 65_536;

pub(crate) fn render(report: &CheckReport, out: &mut dyn io::Write) -> io::Result<()> {
    out.write_all(comment(report, GITHUB_LIMIT).as_bytes())
}

fn comment(report: &CheckReport, limit: usize) -> String {
    let title = format!("## pgmason: {}\n\n{}\n", counts_text(&report.counts), summary(report));
    // The room for the last line is kept free, whatever it will say.
    let room_for_note = 200;
    let mut page = Page { text: title, limit: limit.saturating_sub(room_for_note) };
    let mut left_out = 0;
    for block in replay_blocks(report.replay.as_ref()) {
        left_out += usize::from(!page.add(&block));
    }
    page.add(&checklist_block(&report.checklist));
    left_out += usize::from(!page.add(&not_checked_block(report)));
    for block in finding_blocks(&report.findings) {
        if !page.add(&block.text) {
            left_out += block.findings;
        }
    }
    for block in [unused_ignores_block(report), notes_block(report)] {
        left_out += usize::from(!page.add(&block));
    }
    if left_out > 0 {
        page.text.push_str(&format!(
            "\n**{left_out} more left out here**, because a comment has its limits: `pgmason check` shows everything.\n"
        ));
    }
    page.text
}

/// A page that takes what still fits.
struct Page {
    text: String,
    limit: usize,
}

impl Page {
    fn add(&mut self, block: &str) -> bool {
        let fits = self.text.len() + block.len() <= self.limit;
        if fits {
            self.text.push_str(block);
        }
        fits
    }
}

struct FindingsOfObject {
    text: String,
    findings: usize,
}

fn summary(report: &CheckReport) -> String {
    let mut summary = format!("Project {}", code(&report.project));
    if let Some(scratch) = &report.scratch {
        summary.push_str(&format!(", read with {}", text(scratch)));
    }
    if let Some(replay) = &report.replay {
        summary.push_str(&format!(", {} of {} files replayed", replay.applied, replay.files));
    }
    if !report.suppressed.is_empty() {
        summary.push_str(&format!(", {} suppressed", report.suppressed.len()));
    }
    summary.push('.');
    summary
}

fn replay_blocks(replay: Option<&ReplayReport>) -> Vec<String> {
    let Some(replay) = replay else { return Vec::new() };
    let mut blocks = Vec::new();
    if !replay.failures.is_empty() {
        blocks.push("\n### Files that could not be replayed\n\n".to_owned());
    }
    for failure in &replay.failures {
        let place = code(&format!("{}:{}", failure.file, failure.line));
        blocks.push(format!("- ⛔ {place}: {}\n", text(&failure_text(failure))));
    }
    blocks
}

fn checklist_block(checklist: &[ChecklistSection]) -> String {
    if checklist.is_empty() {
        return String::new();
    }
    let mut block = "\n### Standards\n\n| section | rules kept | broken |\n|---|---:|---|\n".to_owned();
    for section in checklist {
        let broken: Vec<String> = section
            .rows
            .iter()
            .filter(|row| row.passed < row.total)
            .map(|row| format!("{} ({} of {})", code_in_cell(&row.rule), row.total - row.passed, row.total))
            .collect();
        let kept = section.rows.len() - broken.len();
        let title = text(&section.title);
        block.push_str(&format!("| {title} | {kept} of {} | {} |\n", section.rows.len(), broken.join(", ")));
    }
    block
}

/// One block for each object, the worst first.
fn finding_blocks(findings: &[Finding]) -> Vec<FindingsOfObject> {
    let mut by_subject: BTreeMap<String, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        by_subject.entry(group(finding)).or_default().push(finding);
    }
    let mut groups: Vec<(String, Vec<&Finding>)> = by_subject.into_iter().collect();
    groups.sort_by_key(|(_, findings)| Reverse(findings.iter().map(|finding| finding.level).max()));
    groups
        .into_iter()
        .map(|(subject, mut findings)| {
            findings.sort_by_key(|finding| Reverse(finding.level));
            let lines: String = findings.iter().map(|finding| line(finding)).collect();
            FindingsOfObject { text: format!("\n### {}\n\n{lines}", code(&subject)), findings: findings.len() }
        })
        .collect()
}

/// Findings on a column belong to its table.
fn group(finding: &Finding) -> String {
    match &finding.object {
        Some(object) => match &object.schema {
            Some(schema) => format!("{schema}.{}", object.name),
            None => object.name.clone(),
        },
        None => subject(finding),
    }
}

fn line(finding: &Finding) -> String {
    let mark = match finding.level {
        Level::Error => "⛔ error",
        Level::Warning => "⚠️ warning",
        Level::Info => "ℹ️ note",
    };
    let help = if finding.help.is_empty() { String::new() } else { format!(" {}", text(&sentence(&finding.help))) };
    let place = match (&finding.file, finding.line) {
        (Some(file), Some(line)) => format!(" ({})", code(&format!("{file}:{line}"))),
        (Some(file), None) => format!(" ({})", code(file)),
        (None, _) => String::new(),
    };
    format!("- {mark} {}: {}{help}{place}\n", code(&finding.rule), text(&sentence(&finding.message)))
}

fn unused_ignores_block(report: &CheckReport) -> String {
    let lines: String = report
        .unused_ignores
        .iter()
        .map(|ignore| format!("- {} ({})\n", text(&sentence(&unused_ignore_text(ignore))), code(&ignore.place)))
        .collect();
    if lines.is_empty() { lines } else { format!("\n### Unused ignores\n\n{lines}") }
}

fn not_checked_block(report: &CheckReport) -> String {
    let lines: String = report
        .not_checked
        .iter()
        .map(|not_checked| format!("- {}: {}\n", text(&not_checked.what), text(&sentence(&not_checked.reason))))
        .collect();
    if lines.is_empty() { lines } else { format!("\n### Not checked\n\n{lines}") }
}

fn notes_block(report: &CheckReport) -> String {
    let lines: String = notes(report).iter().map(|note| format!("- {}\n", text(&sentence(note)))).collect();
    if lines.is_empty() { lines } else { format!("\n### Notes\n\n{lines}") }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{empty_report, finding, nasty_report, rendered};
    use super::*;

    #[test]
    fn writes_a_comment() {
        insta::assert_snapshot!(rendered(super::render, &nasty_report()));
    }

    #[test]
    fn a_clean_report_is_short() {
        assert_eq!(
            rendered(super::render, &empty_report()),
            "## pgmason: 0 errors, 0 warnings, 0 notes\n\nProject `empty`.\n"
        );
    }

    #[test]
    fn what_does_not_fit_is_counted_and_errors_stay() {
        let mut report = empty_report();
        for number in 0..2000 {
            let file = Some(format!("{number:04}.sql"));
            report.findings.push(Finding { file, ..finding("a-rule", Level::Warning, "something is \u{1F600} wrong") });
        }
        let file = Some("9999.sql".to_owned());
        report.findings.push(Finding { file, ..finding("the-error", Level::Error, "something is lost") });
        let comment = rendered(super::render, &report);
        assert!(comment.len() <= GITHUB_LIMIT, "{}", comment.len());
        assert!(comment.contains("`the-error`"), "the worst comes first");
        let shown = comment.matches("`a-rule`").count() + 1;
        assert!(comment.contains(&format!("**{} more left out here**", 2001 - shown)), "{shown} shown");
    }

    #[test]
    fn one_huge_entry_does_not_hide_the_others() {
        let mut report = empty_report();
        report
            .not_checked
            .push(pgmason_model::catalog::NotChecked { what: "x".repeat(70_000), reason: "y".to_owned() });
        report.findings.push(finding("a-rule", Level::Warning, "something is wrong"));
        let comment = rendered(super::render, &report);
        assert!(comment.len() <= GITHUB_LIMIT && comment.contains("`a-rule`"), "{}", comment.len());
        assert!(comment.contains("**1 more left out"), "{comment}");
    }
}
