//! What a rehearsal found.

use std::io::{self, Write};

use pgmason_jobs::restructure::rehearse::{RehearsalCheck, RehearsalReport};
use pgmason_model::Level;

use crate::ui::{BOLD, DIM, GOOD, level_style};

/// Details of one check that are shown; the JSON has all.
const SHOWN: usize = 8;

pub(crate) fn render(report: &RehearsalReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{BOLD}{}{BOLD:#} on {}, rehearsed on {}", report.restructure, report.source, report.scratch)?;
    for stage in &report.stages {
        let (style, word) = if stage.passed { (GOOD, "passed") } else { (level_style(Level::Error), "failed") };
        writeln!(
            out,
            "{BOLD}stage {}{BOLD:#}: {style}{word}{style:#} {DIM}({} checks, {} cells of access, {} statements){DIM:#}",
            stage.stage,
            stage.checks.len(),
            stage.access_cells,
            stage.statements
        )?;
        let is_long = report.stages.len() > 1;
        for check in stage.checks.iter().filter(|check| !is_long || !check.passed || check.skipped.is_some()) {
            one(check, out)?;
        }
    }
    writeln!(out)?;
    writeln!(out, "{} tables with made-up rows", report.seeded_tables)?;
    for table in &report.not_seeded {
        writeln!(out, "  no rows in {}: {}", table.table, table.reason)?;
    }
    super::refusals(&report.refusals, out)?;
    super::notes(&report.notes, out)
}

fn one(check: &RehearsalCheck, out: &mut dyn Write) -> io::Result<()> {
    let (style, mark) = match (&check.skipped, check.passed) {
        (Some(_), _) => (DIM, "-"),
        (None, true) => (GOOD, "✓"),
        (None, false) => (level_style(Level::Error), "✗"),
    };
    let why = check.skipped.as_ref().map(|reason| format!(" {DIM}(left out: {reason}){DIM:#}")).unwrap_or_default();
    writeln!(out, "  {style}{mark}{style:#} {}{why}", check.name)?;
    for detail in check.details.iter().take(SHOWN) {
        writeln!(out, "      {detail}")?;
    }
    if check.details.len() > SHOWN {
        writeln!(out, "      … and {} more", check.details.len() - SHOWN)?;
    }
    Ok(())
}
