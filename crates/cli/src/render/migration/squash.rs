//! What `migration squash` says, for people.

use std::io::{self, Write};

use pgmason_jobs::migration::squash::report::{NotCarried, SquashReport};
use pgmason_model::Level;

use super::count;
use crate::render::replay;
use crate::render::schema::assemble::moved;
use crate::render::schema::proof;
use crate::ui::{BOLD, DIM, GOOD, HINT, level_style};

/// Things that are not carried to name one by one; the others are counted.
const NAMED: usize = 20;

pub(crate) fn render(report: &SquashReport, out: &mut dyn Write) -> io::Result<()> {
    let to = report.to.as_ref().map(|to| format!(" up to {to}")).unwrap_or_default();
    let files = count(report.files, "file");
    writeln!(out, "{BOLD}{files}{BOLD:#} of {}{to} {DIM}on {}{DIM:#}\n", report.folder, report.scratch)?;
    moved(&report.moved, out)?;
    for changed in &report.adjusted {
        writeln!(out, "{BOLD}changed{BOLD:#}  {}:{}  {DIM}{}{DIM:#}", changed.file, changed.line, changed.statement)?;
        writeln!(out, "    taken out: {}", changed.removed.join("; "))?;
        writeln!(out, "    {}", changed.meaning)?;
    }
    for failure in &report.left_out {
        let style = level_style(Level::Error);
        writeln!(
            out,
            "{style}left out{style:#}  {}:{}  {DIM}{}{DIM:#}",
            failure.file, failure.line, failure.statement
        )?;
        writeln!(out, "    {}", failure.message)?;
    }
    for note in &report.notes {
        writeln!(out, "{DIM}note:{DIM:#} {note}")?;
    }
    if !report.failures.is_empty() {
        return failures(report, out);
    }
    if !report.refusals.is_empty() {
        let style = level_style(Level::Error);
        for refusal in &report.refusals {
            writeln!(out, "{style}refused:{style:#} {refusal}")?;
        }
        return writeln!(out, "\n{HINT}next:{HINT:#} squash up to the file before it: `--to VERSION`");
    }
    carried(report, out)?;
    let Some(proofs) = &report.proofs else { return Ok(()) };
    proof::render("on an empty database it builds what the files build", &proofs.on_empty, out)?;
    proof::render("a second run there changes nothing", &proofs.again, out)?;
    proof::render("over a database that the files built it changes nothing", &proofs.over_chain, out)?;
    if !proofs.hold() {
        let style = level_style(Level::Error);
        writeln!(out, "\n{style}nothing was written{style:#}")?;
        return writeln!(
            out,
            "{HINT}next:{HINT:#} see what differs above; `--json` holds the file that failed. If the files are in order, \
             report it as a bug of pgmason"
        );
    }
    if !report.left_out.is_empty() {
        let style = level_style(Level::Error);
        let left_out = count(report.left_out.len(), "statement");
        writeln!(out, "\n{style}{left_out} left out{style:#}: what they were to make is not in the file")?;
    }
    let lines = report.sql.lines().count();
    match &report.written {
        Some(path) => writeln!(out, "\n{GOOD}{path} written{GOOD:#} {DIM}{lines} lines{DIM:#}"),
        None => writeln!(out, "\n{GOOD}{lines} lines{GOOD:#}"),
    }
}

fn failures(report: &SquashReport, out: &mut dyn Write) -> io::Result<()> {
    for failure in &report.failures {
        replay::one(failure, out)?;
    }
    let style = level_style(Level::Error);
    writeln!(out, "\n{style}the files do not run; nothing was written{style:#}")?;
    // Whoever asked for it already has to mend them.
    let fixed = !report.moved.is_empty() || !report.adjusted.is_empty();
    if fixed {
        writeln!(out, "{HINT}next:{HINT:#} mend the first of them, and squash again")
    } else {
        writeln!(out, "{HINT}next:{HINT:#} mend them, or let pgmason order the statements: `--fix`")
    }
}

fn carried(report: &SquashReport, out: &mut dyn Write) -> io::Result<()> {
    for rows in &report.rows {
        let left = match rows.left_to_defaults.as_slice() {
            [] => String::new(),
            columns => format!("; {} as the defaults say", columns.join(", ")),
        };
        let number = count(rows.rows, "row");
        writeln!(out, "{BOLD}rows{BOLD:#}  {number} of {}, {}{left}", rows.table, rows.guard)?;
    }
    for lost in report.not_carried.iter().take(NAMED) {
        not_carried(lost, out)?;
    }
    if let Some(rest) = report.not_carried.len().checked_sub(NAMED).filter(|rest| *rest > 0) {
        writeln!(out, "  and {rest} more that are not carried: `--json` lists them")?;
    }
    if report.rows.is_empty() && report.not_carried.is_empty() { Ok(()) } else { writeln!(out) }
}

fn not_carried(lost: &NotCarried, out: &mut dyn Write) -> io::Result<()> {
    let style = level_style(Level::Warning);
    let place = match (&lost.file, lost.line) {
        (Some(file), Some(line)) => format!("{file}:{line}  "),
        _ => String::new(),
    };
    writeln!(out, "{style}not carried{style:#}  {place}{DIM}{}{DIM:#}", lost.what)?;
    writeln!(out, "    {}", lost.reason)
}
