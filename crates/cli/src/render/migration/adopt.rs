//! What `migration adopt` says, for people.

use std::io::{self, Write};

use pgmason_jobs::migration::adopt::{AdoptReport, AdoptedState};
use pgmason_model::Level;

use crate::ui::{DIM, level_style};

pub(crate) fn render(report: &AdoptReport, out: &mut dyn Write) -> io::Result<()> {
    let style = level_style(Level::Error);
    for refusal in &report.refusals {
        writeln!(out, "{style}refused{style:#}  {refusal}")?;
    }
    for note in &report.notes {
        writeln!(out, "{DIM}note:{DIM:#} {note}")?;
    }
    let count = |state| report.migrations.iter().filter(|adopted| adopted.state == state).count();
    let (same, unverified) = (count(AdoptedState::Same), count(AdoptedState::NotVerified));
    let (edited, missing) = (count(AdoptedState::Edited), count(AdoptedState::Missing));
    writeln!(
        out,
        "{} keeps {} migrations in {}: {same} are the files as they are, {unverified} cannot be verified, {edited} were \
         edited since, {missing} have no file",
        report.tool,
        report.migrations.len(),
        report.table
    )?;
    match (report.refusals.is_empty(), report.dry_run) {
        (true, _) if report.taken_over == 0 => writeln!(out, "there is nothing left to take over"),
        (true, true) => {
            writeln!(out, "{} would be taken over into {}; nothing was changed", report.taken_over, report.history)
        }
        (true, false) => writeln!(out, "{} taken over into {}", report.taken_over, report.history),
        (false, _) => writeln!(out, "nothing was changed"),
    }
}
