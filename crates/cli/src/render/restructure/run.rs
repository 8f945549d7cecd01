//! What a run of `start`, `complete` or `rollback` did, or would do.

use std::io::{self, Write};

use pgmason_jobs::restructure::report::RunReport;
use pgmason_model::Level;

use crate::ui::{BOLD, DIM, GOOD, HINT, level_style};

pub(crate) fn render(report: &RunReport, out: &mut dyn Write) -> io::Result<()> {
    let red = level_style(Level::Error);
    for stage in &report.stages {
        writeln!(out, "{BOLD}stage {}{BOLD:#}: {}", stage.stage, stage.phase)?;
        for step in &stage.steps {
            let style = match step.state.as_str() {
                "done" | "undone" => GOOD,
                _ if step.error.is_some() => red,
                _ => DIM,
            };
            let mut line = format!("  {style}{:<8}{style:#} {}", step.state, step.title);
            if let Some(rows) = step.rows {
                line.push_str(&format!(", {rows} rows"));
            }
            if let Some(seconds) = step.seconds {
                line.push_str(&format!(", {seconds:.2} s"));
            }
            if step.lock_timeouts > 0 {
                line.push_str(&format!(", {} tries for locks failed", step.lock_timeouts));
            }
            writeln!(out, "{line}")?;
            if let Some(error) = &step.error {
                let code = error.sqlstate.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
                writeln!(out, "           {red}error:{red:#} {}{code}", error.message)?;
                writeln!(out, "           {HINT}hint:{HINT:#} {}", error.hint)?;
            }
            for statement in &step.sql {
                super::sql(statement, out)?;
            }
        }
    }
    super::refusals(&report.refusals, out)?;
    super::notes(&report.notes, out)
}
