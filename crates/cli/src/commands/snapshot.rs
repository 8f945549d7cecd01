//! `pgmason snapshot`.

use std::io::Write;
use std::path::Path;

use pgmason_jobs::snapshot::{snapshot, to_json, write};
use pgmason_jobs::source::Source;

use super::{Outcome, opening};
use crate::arguments::SnapshotArguments;
use crate::error::CommandError;
use crate::render::replay;
use crate::ui::{self, Progress};

pub(super) fn run(folder: &Path, arguments: &SnapshotArguments, progress: &Progress) -> Result<Outcome, CommandError> {
    let project = opening::project(folder)?;
    let source = match &arguments.source {
        Some(text) => text.parse::<Source>()?,
        None => project.source()?,
    };
    let options = opening::open_options(&project, &arguments.scratch)?;
    let opened = snapshot(&project, &source, &options, &|event| progress.event(event))?;
    progress.finish();
    let failed = opened.replay.as_ref().is_some_and(|replay| !replay.failures.is_empty());
    if let Some(report) = opened.replay.as_ref().filter(|_| failed) {
        replay::render(report, &mut anstream::stderr().lock())?;
        if !options.replay.keep_going {
            ui::note(
                "no snapshot was written: the files do not build the whole schema; --keep-going writes what they build",
            );
            return Ok(Outcome::Findings);
        }
    }
    let text = to_json(&opened.catalog)?;
    match &arguments.output_file {
        Some(path) => write(path, &text)?,
        None => std::io::stdout().lock().write_all(&text)?,
    }
    Ok(if failed { Outcome::Findings } else { Outcome::Clean })
}
