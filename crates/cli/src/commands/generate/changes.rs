//! `pgmason generate changes`.

use std::path::Path;

use pgmason_core::restructure::name_changes;
use pgmason_jobs::generate::changes;
use pgmason_jobs::references::{FindOptions, find};
use pgmason_jobs::restructure::read::read;

use super::Outcome;
use crate::arguments::references::ChangesArguments;
use crate::commands::check::write_to;
use crate::commands::opening;
use crate::error::CommandError;
use crate::ui::Progress;

pub(super) fn run(folder: &Path, arguments: &ChangesArguments, progress: &Progress) -> Result<Outcome, CommandError> {
    let project = opening::project(folder)?;
    let read = read(&project, arguments.restructure.as_deref())?;
    let options = FindOptions {
        paths: arguments.paths.clone(),
        database: arguments.db.as_deref().map(opening::connection).transpose()?,
        functions: None,
    };
    let report = find(&project, &name_changes(&read.file), &options, &|event| progress.event(event))?;
    progress.finish();
    let text = changes(&read, &report);
    write_to(arguments.output_file.as_deref(), &|out| out.write_all(text.as_bytes()))?;
    Ok(Outcome::Clean)
}
