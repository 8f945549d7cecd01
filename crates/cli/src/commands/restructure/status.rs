//! `pgmason restructure status`.

use pgmason_jobs::restructure::status::status;

use super::{Context, Outcome};
use crate::arguments::restructure::FileArguments;
use crate::commands::print;
use crate::error::CommandError;
use crate::render::restructure::status as render;

pub(super) fn run(context: &Context<'_>, arguments: &FileArguments) -> Result<Outcome, CommandError> {
    let file = context.file(arguments)?;
    let database = context.database(arguments)?;
    let mut report =
        status(&file, &database, &context.code(&file, arguments)?, &|event| context.progress.event(event))?;
    if let Some(stage) = &arguments.stage {
        report.stages.retain(|found| found.stage == *stage);
    }
    context.progress.finish();
    print(arguments.json, &report, &mut anstream::stdout().lock(), |out| render::render(&report, out))?;
    Ok(if report.is_clean() { Outcome::Clean } else { Outcome::Findings })
}
