//! What `migration create` says, for people.

use std::io::{self, Write};

use pgmason_jobs::migration::create::CreateReport;
use pgmason_jobs::migration::from_difference::{FromDifferenceReport, WayBack};

use crate::render::diff;
use crate::ui::{BOLD, DIM, GOOD, HINT};

pub(crate) fn render(report: &CreateReport, out: &mut dyn Write) -> io::Result<()> {
    files(report, out)?;
    writeln!(out, "\n{HINT}next:{HINT:#} write what changes, then `pgmason migration test`")
}

/// What was derived, and where it stands or would.
pub(crate) fn render_difference(report: &FromDifferenceReport, out: &mut dyn Write) -> io::Result<()> {
    diff::render(&report.difference, false, out)?;
    let Some(created) = &report.migration else { return Ok(()) };
    writeln!(out)?;
    files(created, out)?;
    match &report.way_back {
        Some(WayBack::Sql(_)) => writeln!(out, "{DIM}note:{DIM:#} the way back is proven too")?,
        Some(WayBack::None(reason)) => writeln!(out, "{DIM}note:{DIM:#} nothing leads back without loss: {reason}")?,
        None => {}
    }
    if report.rebuilt {
        writeln!(out, "{GOOD}the folder with the new file builds the target{GOOD:#}")?;
    }
    Ok(())
}

fn files(report: &CreateReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "migration  {BOLD}{}{BOLD:#}", report.file)?;
    if let Some(rollback) = &report.rollback {
        writeln!(out, "rollback   {BOLD}{rollback}{BOLD:#}")?;
    }
    for note in &report.notes {
        writeln!(out, "{DIM}note:{DIM:#} {note}")?;
    }
    Ok(())
}
