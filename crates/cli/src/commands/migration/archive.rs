//! `pgmason migration archive`.

use pgmason_jobs::migration::archive::{ArchiveOptions, archive};

use super::{Context, Outcome};
use crate::arguments::migration::ArchiveArguments;
use crate::commands::{opening, print};
use crate::error::CommandError;
use crate::render::migration::archive::render;

pub(super) fn run(context: &Context<'_>, arguments: &ArchiveArguments) -> Result<Outcome, CommandError> {
    let progress = &context.progress;
    let options = ArchiveOptions {
        to: arguments.to.clone(),
        folder: arguments.folder.clone(),
        write: arguments.write,
        allow_broken: arguments.allow_broken,
        open: opening::open_options(&context.project, &arguments.scratch)?,
    };
    let report = archive(&context.project, &context.source, &options, &|event| progress.event(event))?;
    progress.finish();
    print(arguments.json, &report, &mut anstream::stdout().lock(), |out| render(&report, out))?;
    Ok(if report.refused { Outcome::Findings } else { Outcome::Clean })
}
