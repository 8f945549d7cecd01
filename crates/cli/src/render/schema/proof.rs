//! What a proof says, for people.

use std::io::{self, Write};

use pgmason_jobs::schema::proof::Proof;
use pgmason_model::Level;

use crate::ui::{GOOD, level_style};

/// Differences to name; the others are counted.
const NAMED: usize = 12;

/// `claim`: what was to be proven, as a sentence without its full stop.
pub(crate) fn render(claim: &str, proof: &Proof, out: &mut dyn Write) -> io::Result<()> {
    if proof.holds {
        return writeln!(out, "{GOOD}proven:{GOOD:#} {claim}");
    }
    let style = level_style(Level::Error);
    writeln!(out, "{style}not proven:{style:#} {claim}")?;
    if let Some(failure) = &proof.failure {
        writeln!(out, "  {}:{}  {}", failure.file, failure.line, failure.message)?;
        if !failure.statement.is_empty() {
            writeln!(out, "    {}", failure.statement)?;
        }
    }
    for difference in proof.differences.iter().take(NAMED) {
        writeln!(out, "  {difference}")?;
    }
    match proof.differences.len().checked_sub(NAMED).filter(|rest| *rest > 0) {
        Some(rest) => writeln!(out, "  and {rest} more"),
        None => Ok(()),
    }
}
