//! `pgmason restructure plan`.

use pgmason_jobs::restructure::planning::plan;

use super::{Context, Outcome};
use crate::arguments::restructure::PlanArguments;
use crate::commands::{opening, print};
use crate::error::CommandError;
use crate::render::restructure::plan as render;

pub(super) fn run(context: &Context<'_>, arguments: &PlanArguments) -> Result<Outcome, CommandError> {
    let file = context.file(&arguments.file)?;
    let database = arguments.file.database.db.as_deref().map(opening::connection).transpose()?;
    let options = opening::open_options(&context.project, &arguments.scratch)?;
    let report =
        plan(&context.project, &file, database.as_ref(), arguments.file.stage.as_deref(), &options, &|event| {
            context.progress.event(event)
        })?;
    context.progress.finish();
    print(arguments.file.json, &report, &mut anstream::stdout().lock(), |out| render::render(&report, out))?;
    Ok(if report.is_clean() { Outcome::Clean } else { Outcome::Findings })
}
