//! A difference as SQL that `psql` runs.

use std::io::{self, Write};

use pgmason_jobs::diff::{DiffReport, sql_text};

use super::diff::{proven, refusal_text};

pub(crate) fn render(report: &DiffReport, out: &mut dyn Write) -> io::Result<()> {
    let comment = |text: &str| format!("-- {}\n", text.replace('\n', "\n-- "));
    write!(out, "{}", comment(&format!("from {} to {}", report.from, report.to)))?;
    for refusal in &report.plan.refusals {
        write!(out, "{}", comment(&format!("refused: {}", refusal_text(refusal))))?;
    }
    for left in &report.plan.left {
        write!(out, "{}", comment(&format!("left as it is: {}: {}", left.object, left.reason)))?;
    }
    if report.plan.statements.is_empty() {
        return Ok(());
    }
    write!(out, "{}\n{}", comment(&proven(report)), sql_text(&report.plan.statements))
}
