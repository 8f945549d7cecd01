//! What `schema split` says, for people.

use std::io::{self, Write};

use pgmason_jobs::schema::split::SplitReport;
use pgmason_model::Level;

use super::proof;
use crate::render::migration::count;
use crate::render::replay;
use crate::ui::{BOLD, DIM, GOOD, HINT, level_style};

pub(crate) fn render(report: &SplitReport, out: &mut dyn Write) -> io::Result<()> {
    let style = level_style(Level::Error);
    writeln!(out, "{BOLD}{}{BOLD:#} {DIM}on {}{DIM:#}\n", report.source, report.scratch)?;
    for note in &report.notes {
        writeln!(out, "{DIM}note:{DIM:#} {note}")?;
    }
    if !report.failures.is_empty() {
        for failure in &report.failures {
            replay::one(failure, out)?;
        }
        writeln!(out, "\n{style}the source does not run; nothing was written{style:#}")?;
        return writeln!(out, "{HINT}next:{HINT:#} mend the first of the failures, and split again");
    }
    if !report.refusals.is_empty() {
        for refusal in &report.refusals {
            writeln!(out, "{style}refused:{style:#} {refusal}")?;
        }
        return writeln!(out, "{HINT}next:{HINT:#} nothing was written; take what is named out of the source");
    }
    for file in &report.files {
        writeln!(out, "  {}  {DIM}{}{DIM:#}", file.path, count(file.statements, "statement"))?;
    }
    writeln!(out)?;
    if let Some(found) = &report.proof {
        proof::render("run in the order of their names, the files build the schema that was read", found, out)?;
        if !found.holds {
            return writeln!(out, "{HINT}next:{HINT:#} nothing was written; report it as a bug of pgmason");
        }
    }
    if report.written {
        writeln!(out, "\n{GOOD}{} written{GOOD:#}", count(report.files.len(), "file"))
    } else {
        writeln!(out, "\n{HINT}next:{HINT:#} write them: the same command with `-o DIR`")
    }
}
