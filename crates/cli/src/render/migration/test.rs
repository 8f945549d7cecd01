//! A test of migrations, for people: a line for each file, what failed in full, and what could not be tried.

use std::collections::BTreeMap;
use std::io::{self, Write};

use pgmason_jobs::migration::test::{CatalogDifference, Check, FileTest, Outcome, TestReport, UndoSource};
use pgmason_jobs::replay::ReplayFailure;
use pgmason_model::Level;

use crate::render::table::borderless;
use crate::ui::{BOLD, DIM, GOOD, HINT, level_style};

pub(crate) fn render(report: &TestReport, out: &mut dyn Write) -> io::Result<()> {
    let rows = report.files.iter().map(row).collect::<Vec<_>>();
    if !rows.is_empty() {
        let header = ["FILE", "APPLY", "ROWS", "ROLLBACK", "AGAIN", "TWICE", "UNDO", "SEEDED", "MS"];
        writeln!(out, "{}", borderless(&header, rows, &[7, 8]))?;
    }
    for failure in &report.replay_failures {
        writeln!(out, "\n{BOLD}{}{BOLD:#} {DIM}not under test{DIM:#}", failure.file)?;
        statement(failure, out)?;
    }
    for file in &report.files {
        details(file, out)?;
    }
    not_seeded(report, out)?;
    beside(report, out)?;
    summary(report, out)
}

fn row(file: &FileTest) -> Vec<String> {
    let rows: usize = file.seeded.tables.iter().map(|table| table.rows).sum();
    let mut row = vec![file.file.clone()];
    row.extend(file.checks().map(|(_, check)| word(check).to_owned()));
    row.push(undo(file.undo).to_owned());
    row.push(if rows == 0 { String::new() } else { format!("{rows} in {}", file.seeded.tables.len()) });
    row.push(format!("{:.0}", file.seconds * 1000.0));
    row
}

fn word(check: &Check) -> &'static str {
    match check.outcome {
        Outcome::Passed => "ok",
        Outcome::Failed => "FAILED",
        Outcome::NotPossible => "–",
        Outcome::NotAsked => "",
    }
}

fn undo(source: UndoSource) -> &'static str {
    match source {
        UndoSource::DownFile => "down file",
        UndoSource::Derived => "derived",
        UndoSource::Nothing => "nothing",
        UndoSource::None => "none",
    }
}

/// What failed, what there is no way back for, and what is worth knowing.
fn details(file: &FileTest, out: &mut dyn Write) -> io::Result<()> {
    let told = file.checks().any(|(name, check)| is_told(name, check)) || !file.notes.is_empty();
    if !told {
        return Ok(());
    }
    writeln!(out, "\n{BOLD}{}{BOLD:#}", file.file)?;
    for (name, check) in file.checks().filter(|(name, check)| is_told(name, check)) {
        match check.failure_name() {
            Some(failure) => {
                let style = level_style(Level::Error);
                writeln!(out, "  {style}{failure}{style:#}")?;
                reasons(check, out)?;
            }
            None => {
                let what = if name == "rollback" { "no way back" } else { name };
                writeln!(out, "  {DIM}{what}:{DIM:#} {}", check.reasons.join("; "))?;
            }
        }
    }
    for note in &file.notes {
        writeln!(out, "  {DIM}note:{DIM:#} {note}")?;
    }
    Ok(())
}

/// Beside failures only why there is no way back: the rest follows from it.
fn is_told(name: &str, check: &Check) -> bool {
    check.outcome == Outcome::Failed
        || (check.outcome == Outcome::NotPossible && name == "rollback" && check.reasons != ["the file does not apply"])
}

fn reasons(check: &Check, out: &mut dyn Write) -> io::Result<()> {
    if let Some(failure) = &check.statement {
        statement(failure, out)?;
    }
    for reason in &check.reasons {
        writeln!(out, "    {reason}")?;
    }
    match &check.difference {
        Some(difference) => differences(difference, out),
        None => Ok(()),
    }
}

fn statement(failure: &ReplayFailure, out: &mut dyn Write) -> io::Result<()> {
    let state = failure.sqlstate.as_deref().map(|state| format!(" {DIM}{state}{DIM:#}")).unwrap_or_default();
    writeln!(out, "    line {}: {}{state}", failure.line, failure.message)?;
    if !failure.statement.is_empty() {
        writeln!(out, "    {DIM}{}{DIM:#}", failure.statement)?;
    }
    if let Some(detail) = &failure.detail {
        writeln!(out, "    {DIM}{detail}{DIM:#}")?;
    }
    match &failure.hint {
        Some(hint) => writeln!(out, "    {HINT}hint:{HINT:#} {hint}"),
        None => Ok(()),
    }
}

fn differences(difference: &CatalogDifference, out: &mut dyn Write) -> io::Result<()> {
    let lists = [("too many", &difference.added), ("missing", &difference.removed), ("changed", &difference.changed)];
    for (word, names) in lists {
        for name in names {
            writeln!(out, "    {word}: {name}")?;
        }
    }
    Ok(())
}

/// Tables without rows, each reason once.
fn not_seeded(report: &TestReport, out: &mut dyn Write) -> io::Result<()> {
    let mut tables: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for table in report.files.iter().flat_map(|file| &file.seeded.not_seeded) {
        *tables.entry((&table.table, &table.reason)).or_insert(0) += 1;
    }
    if tables.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{BOLD}Tables that could not be given rows{BOLD:#}")?;
    for ((table, reason), _) in tables {
        writeln!(out, "  {table}: {reason}")?;
    }
    Ok(())
}

fn beside(report: &TestReport, out: &mut dyn Write) -> io::Result<()> {
    let mut told = false;
    for path in &report.written {
        writeln!(out, "{}{GOOD}written:{GOOD:#} {path}", if told { "" } else { "\n" })?;
        told = true;
    }
    for note in &report.notes {
        writeln!(out, "{}{DIM}note:{DIM:#} {note}", if told { "" } else { "\n" })?;
        told = true;
    }
    if !report.not_tested.is_empty() {
        let start = if told { "" } else { "\n" };
        writeln!(
            out,
            "{start}{DIM}not tested:{DIM:#} {} files after the one that failed; `--keep-going` goes on",
            report.not_tested.len()
        )?;
    }
    Ok(())
}

fn summary(report: &TestReport, out: &mut dyn Write) -> io::Result<()> {
    let passed = report.files.iter().filter(|file| file.passed()).count();
    let proven = report.files.iter().filter(|file| file.undo_sql.is_some()).count();
    let style = if report.passed() { GOOD } else { level_style(Level::Error) };
    let files = if report.files.len() == 1 { "file" } else { "files" };
    writeln!(
        out,
        "\n{style}{passed} of {} {files} passed{style:#}, {proven} derived undos proven {DIM}in {:.1} s on {}{DIM:#}",
        report.files.len(),
        report.seconds,
        report.scratch
    )
}
