//! `pgmason restructure` for people: one file per report.

pub(crate) mod checklist;
pub(crate) mod plan;
pub(crate) mod rehearse;
pub(crate) mod run;
pub(crate) mod status;

use std::io::{self, Write};

use pgmason_jobs::restructure::report::Refusal;
use pgmason_model::Level;

use crate::ui::{DIM, HINT, level_style};

fn refusals(refusals: &[Refusal], out: &mut dyn Write) -> io::Result<()> {
    let style = level_style(Level::Error);
    for refusal in refusals {
        let stage = refusal.stage.as_ref().map(|stage| format!("stage {stage}: ")).unwrap_or_default();
        writeln!(out, "{style}refused:{style:#} {stage}{}", refusal.message)?;
        writeln!(out, "{HINT}hint:{HINT:#} {}", refusal.hint)?;
    }
    Ok(())
}

fn notes(notes: &[String], out: &mut dyn Write) -> io::Result<()> {
    for note in notes {
        writeln!(out, "{DIM}note:{DIM:#} {note}")?;
    }
    Ok(())
}

/// A statement, indented, cut where it is long.
fn sql(statement: &str, out: &mut dyn Write) -> io::Result<()> {
    for line in statement.lines() {
        writeln!(out, "      {DIM}{line}{DIM:#}")?;
    }
    Ok(())
}
