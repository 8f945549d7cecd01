//! What a replay says, for people.

use std::io::{self, Write};

use pgmason_jobs::replay::{ReplayFailure, ReplayReport};
use pgmason_model::Level;

use crate::ui::{DIM, HINT, level_style};

pub(crate) fn render(report: &ReplayReport, out: &mut dyn Write) -> io::Result<()> {
    for failure in &report.failures {
        one(failure, out)?;
    }
    Ok(())
}

/// One line, for commands whose subject is something else.
pub(crate) fn render_short(report: &ReplayReport, out: &mut dyn Write) -> io::Result<()> {
    let style = level_style(Level::Warning);
    let failed = report.failures.len();
    let first = report.failures.first().map_or("", |failure| failure.file.as_str());
    writeln!(
        out,
        "{style}warning:{style:#} {failed} of {} files failed, the first is {first}; what they build is missing here. \
         `pgmason check` tells why.",
        report.files
    )
}

pub(super) fn one(failure: &ReplayFailure, out: &mut dyn Write) -> io::Result<()> {
    let style = level_style(Level::Error);
    let state = failure.sqlstate.as_deref().map(|state| format!(" (SQLSTATE {state})")).unwrap_or_default();
    writeln!(out, "{style}failed{style:#}  {}:{}", failure.file, failure.line)?;
    writeln!(out, "    {}{state}", failure.message)?;
    if !failure.statement.is_empty() {
        writeln!(out, "    {DIM}{}{DIM:#}", failure.statement)?;
    }
    if let Some(detail) = failure.detail.as_deref().and_then(|detail| detail.lines().next()) {
        writeln!(out, "    {detail}")?;
    }
    if let Some(hint) = &failure.hint {
        writeln!(out, "    {HINT}hint:{HINT:#} {hint}")?;
    }
    const SHOWN: usize = 8;
    for further in failure.further.iter().take(SHOWN) {
        let state = further.sqlstate.as_deref().map(|state| format!(" ({state})")).unwrap_or_default();
        writeln!(out, "    {DIM}then line {}:{DIM:#} {}{state}", further.line, further.message)?;
    }
    if let Some(rest) = failure.further.len().checked_sub(SHOWN).filter(|rest| *rest > 0) {
        writeln!(out, "    {DIM}and {rest} more statements{DIM:#}")?;
    }
    Ok(())
}
