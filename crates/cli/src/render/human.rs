//! The check for people: grouped by object, with the SQL line, what is wrong, why it matters, how to mend it.

use std::collections::{BTreeSet, HashMap};
use std::io::{self, Write};
use std::path::Path;

use pgmason_core::rules::{self, Rule};
use pgmason_jobs::check::{CheckReport, ChecklistSection};
use pgmason_model::{Finding, Level};

use super::{replay, table};
use crate::ui::{BOLD, DIM, GOOD, HINT, level_style};

/// `folder`: where the files of the findings are, for their lines.
pub(crate) fn render(report: &CheckReport, folder: &Path, out: &mut dyn Write) -> io::Result<()> {
    let mut explained = BTreeSet::new();
    let mut lines = SqlLines { folder, files: HashMap::new() };
    for (group, findings) in grouped(&report.findings) {
        writeln!(out, "{BOLD}{group}{BOLD:#}")?;
        for same_rule in by_rule(findings) {
            findings_of_rule(&same_rule, &mut explained, &mut lines, out)?;
        }
        writeln!(out)?;
    }
    if let Some(replay) = report.replay.as_ref().filter(|replay| !replay.failures.is_empty()) {
        writeln!(out, "{BOLD}Replay{BOLD:#}")?;
        replay::render(replay, out)?;
        writeln!(out)?;
    }
    beside(report, out)?;
    checklist(&report.checklist, out)?;
    summary(report, out)
}

/// Findings by object (its table), or by file where they are about statements. What is worst comes first.
fn grouped(findings: &[Finding]) -> Vec<(String, Vec<&Finding>)> {
    let mut groups: Vec<(String, Vec<&Finding>)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for finding in findings {
        let group = group_of(finding);
        let place = *places.entry(group.clone()).or_insert_with(|| {
            groups.push((group, Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(finding);
    }
    groups.sort_by_key(|(_, findings)| std::cmp::Reverse(findings.iter().map(|finding| finding.level).max()));
    groups
}

/// Findings of one object, rule by rule, the worst rules first.
fn by_rule(findings: Vec<&Finding>) -> Vec<Vec<&Finding>> {
    let mut rules: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings {
        match rules.iter_mut().find(|same| same[0].rule == finding.rule && same[0].help == finding.help) {
            Some(same) => same.push(finding),
            None => rules.push(vec![finding]),
        }
    }
    rules.sort_by_key(|same| std::cmp::Reverse(same.iter().map(|finding| finding.level).max()));
    rules
}

fn group_of(finding: &Finding) -> String {
    match (&finding.object, &finding.file) {
        (Some(object), _) => {
            let schema = object.schema.as_deref().map(|schema| format!("{schema}.")).unwrap_or_default();
            match object.kind.as_str() {
                "table" | "column" | "default" => format!("table {schema}{}", object.name),
                "policy" | "trigger" | "constraint" | "rule" => {
                    let table = object.name.split('.').next().unwrap_or_default();
                    format!("table {schema}{table}")
                }
                kind => format!("{kind} {schema}{}", object.name),
            }
        }
        (None, Some(file)) => file.clone(),
        (None, None) => "project".to_owned(),
    }
}

/// Findings of one rule on one object: each said and placed, the SQL of the first, one why and one fix.
fn findings_of_rule(
    findings: &[&Finding],
    explained: &mut BTreeSet<String>,
    lines: &mut SqlLines<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(first) = findings.first() else { return Ok(()) };
    for finding in findings {
        let style = level_style(finding.level);
        writeln!(out, "  {style}{:7}{style:#} {}  {DIM}{}{DIM:#}", finding.level, finding.message, finding.rule)?;
        let (Some(file), Some(line)) = (&finding.file, finding.line) else { continue };
        writeln!(out, "          {DIM}{file}:{line}{DIM:#}")?;
        // The first line of a file says nothing about the file as a whole.
        let is_a_place = finding.object.is_some() || finding.column.is_some();
        if findings.len() == 1
            && is_a_place
            && let Some(text) = lines.line(file, line)
        {
            writeln!(out, "          {DIM}{line:>4} |{DIM:#} {text}")?;
        }
    }
    // Once is enough: the second time the reader knows.
    if explained.insert(first.rule.clone())
        && let Some(why) = rules::find(&first.rule).and_then(why_it_matters)
    {
        writeln!(out, "          why: {why}")?;
    }
    writeln!(out, "          {HINT}fix:{HINT:#} {}", first.help)
}

/// The first sentences under the page's "Why it matters", enough of them to tell something.
fn why_it_matters(rule: &'static Rule) -> Option<String> {
    const ENOUGH: usize = 90;
    let (_, section) = rule.page.split_once("## Why it matters")?;
    let paragraph: Vec<&str> =
        section.trim_start().lines().take_while(|line| !line.trim().is_empty()).map(str::trim).collect();
    let text = paragraph.join(" ");
    let end = text
        .match_indices(". ")
        .map(|(at, _)| at + 1)
        .find(|at| *at >= ENOUGH)
        .or_else(|| text.rfind('.').map(|at| at + 1))
        .unwrap_or(text.len());
    Some(text[..end].to_owned())
}

fn beside(report: &CheckReport, out: &mut dyn Write) -> io::Result<()> {
    let mut told = false;
    if let Some(replay) = &report.replay {
        if !replay.stand_ins.is_empty() {
            writeln!(out, "{DIM}stand-in for extension:{DIM:#} {}", replay.stand_ins.join(", "))?;
            told = true;
        }
        for note in &replay.notes {
            writeln!(out, "{DIM}note:{DIM:#} {note}")?;
            told = true;
        }
    }
    for note in &report.notes {
        writeln!(out, "{DIM}note:{DIM:#} {note}")?;
        told = true;
    }
    for ignore in &report.unused_ignores {
        writeln!(
            out,
            "{DIM}unused ignore:{DIM:#} {} {} {} ({})",
            ignore.place, ignore.rule, ignore.object, ignore.reason
        )?;
        told = true;
    }
    for gap in &report.not_checked {
        writeln!(out, "{DIM}not checked:{DIM:#} {}: {}", gap.what, gap.reason)?;
        told = true;
    }
    if told {
        writeln!(out)?;
    }
    Ok(())
}

fn checklist(sections: &[ChecklistSection], out: &mut dyn Write) -> io::Result<()> {
    if sections.is_empty() {
        return Ok(());
    }
    writeln!(out, "{BOLD}Standards checklist{BOLD:#}")?;
    for section in sections {
        let kept = section.rows.iter().filter(|row| row.passed == row.total).count();
        writeln!(out, "  {} {DIM}({kept} of {} rules kept by every table){DIM:#}", section.title, section.rows.len())?;
        let rows: Vec<Vec<String>> = section
            .rows
            .iter()
            .filter(|row| row.passed < row.total)
            .map(|row| {
                vec![
                    format!("    {}", row.rule),
                    format!("{} of {} tables", row.passed, row.total),
                    row.summary.clone(),
                ]
            })
            .collect();
        if !rows.is_empty() {
            writeln!(out, "{}", table::borderless(&[], rows, &[1]))?;
        }
    }
    writeln!(out)
}

fn summary(report: &CheckReport, out: &mut dyn Write) -> io::Result<()> {
    let mut parts = vec![
        count(report.counts.errors, "error"),
        count(report.counts.warnings, "warning"),
        format!("{} info", report.counts.infos),
    ];
    if let Some(replay) = &report.replay {
        parts.push(format!("{} of {} files applied", replay.applied, replay.files));
    }
    if !report.suppressed.is_empty() {
        parts.push(format!("{} ignored", report.suppressed.len()));
    }
    let style = match (report.counts.errors, report.counts.warnings) {
        (0, 0) => GOOD,
        (0, _) => level_style(Level::Warning),
        _ => level_style(Level::Error),
    };
    let on = report.scratch.as_deref().map(|scratch| format!(" on {scratch}")).unwrap_or_default();
    writeln!(out, "{style}{}{style:#} {DIM}in {:.2} s{on}{DIM:#}", parts.join(", "), report.seconds)
}

fn count(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

/// Lines of files, each file read once.
struct SqlLines<'a> {
    folder: &'a Path,
    files: HashMap<String, Vec<String>>,
}

impl SqlLines<'_> {
    fn line(&mut self, file: &str, line: u32) -> Option<String> {
        let folder = self.folder;
        let lines = self.files.entry(file.to_owned()).or_insert_with(|| {
            let bytes = std::fs::read(folder.join(file)).unwrap_or_default();
            String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect()
        });
        let text = lines.get(usize::try_from(line).ok()?.checked_sub(1)?)?.trim();
        const WIDTH: usize = 110;
        let shown: String = text.chars().take(WIDTH).collect();
        (!shown.is_empty()).then(|| if shown.len() < text.len() { format!("{shown}…") } else { shown })
    }
}
