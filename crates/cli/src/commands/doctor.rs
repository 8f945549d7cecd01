//! `pgmason doctor`.

use std::io::Write;
use std::path::Path;

use pgmason_jobs::doctor::{Outcome as Row, doctor};
use pgmason_model::Level;

use super::{Outcome, opening};
use crate::arguments::DoctorArguments;
use crate::error::CommandError;
use crate::ui::{self, GOOD, HINT, Progress};

pub(super) fn run(folder: &Path, arguments: &DoctorArguments, progress: &Progress) -> Result<Outcome, CommandError> {
    let project = opening::project(folder)?;
    let database = arguments.db.as_deref().map(opening::connection).transpose()?;
    let report = doctor(&project, database.as_ref(), &|event| progress.event(event));
    progress.finish();
    let mut out = anstream::stdout().lock();
    if arguments.json {
        serde_json::to_writer_pretty(&mut out, &report).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        for row in &report.rows {
            let (style, word) = match row.outcome {
                Row::Ok => (GOOD, "ok  "),
                Row::Warn => (ui::level_style(Level::Warning), "warn"),
                Row::Fail => (ui::level_style(Level::Error), "fail"),
            };
            writeln!(out, "{style}{word}{style:#}  {}: {}", row.check, row.detail)?;
            if let Some(remedy) = &row.remedy {
                writeln!(out, "      {HINT}{remedy}{HINT:#}")?;
            }
        }
    }
    Ok(if report.fails() { Outcome::Findings } else { Outcome::Clean })
}
