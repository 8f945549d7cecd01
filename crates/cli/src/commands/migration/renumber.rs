//! `pgmason migration renumber`.

use pgmason_jobs::migration::renumber::renumber;

use super::{Context, Outcome};
use crate::arguments::migration::RenumberArguments;
use crate::commands::print;
use crate::error::CommandError;
use crate::render::migration::renumber::render;

pub(super) fn run(context: &Context<'_>, arguments: &RenumberArguments) -> Result<Outcome, CommandError> {
    let progress = &context.progress;
    let report = renumber(&context.project, &context.source, arguments.write, &|event| progress.event(event))?;
    progress.finish();
    // HISTORY: with `arguments.database.db`, and where `report.written`, `report.versions` (old version, new version, name)
    // are to be followed in the history of that database, here.
    print(arguments.json, &report, &mut anstream::stdout().lock(), |out| render(&report, out))?;
    Ok(Outcome::Clean)
}
