//! What `migration create` says, for people.

use std::io::{self, Write};

use pgmason_jobs::migration::create::CreateReport;

use crate::ui::{BOLD, DIM, HINT};

pub(crate) fn render(report: &CreateReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "migration  {BOLD}{}{BOLD:#}", report.file)?;
    if let Some(rollback) = &report.rollback {
        writeln!(out, "rollback   {BOLD}{rollback}{BOLD:#}")?;
    }
    for note in &report.notes {
        writeln!(out, "{DIM}note:{DIM:#} {note}")?;
    }
    writeln!(out, "\n{HINT}next:{HINT:#} write what changes, then `pgmason migration test`")
}
