//! `pgmason init`.

use std::io::Write;
use std::path::Path;

use pgmason_jobs::init::init;

use super::{Outcome, opening};
use crate::arguments::InitArguments;
use crate::error::CommandError;
use crate::ui::{HINT, Progress};

pub(super) fn run(folder: &Path, arguments: &InitArguments, progress: &Progress) -> Result<Outcome, CommandError> {
    let project = opening::project(arguments.folder.as_deref().unwrap_or(folder))?;
    let options = opening::open_options(&project, &arguments.scratch)?;
    let report = init(&project, &options, &|event| progress.event(event))?;
    progress.finish();
    let mut out = anstream::stdout().lock();
    writeln!(out, "wrote {}", report.path.display())?;
    for (rule, kept, tables) in &report.switched_on {
        writeln!(out, "  {rule} is on: {kept} of {tables} tables keep it")?;
    }
    writeln!(out, "\n{HINT}next:{HINT:#} pgmason check")?;
    Ok(Outcome::Clean)
}
