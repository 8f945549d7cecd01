//! `pgmason migration status`.

use pgmason_jobs::migration::fleet;
use pgmason_jobs::migration::status::status;

use super::{Context, Outcome};
use crate::arguments::migration::StatusArguments;
use crate::error::CommandError;
use crate::render::migration::status as render;

pub(super) fn run(context: &Context<'_>, arguments: &StatusArguments) -> Result<Outcome, CommandError> {
    if let Some((targets, fleet)) = super::fleet(context, &arguments.targets)? {
        let report = fleet::status(&context.project, &context.source, &targets, fleet, &|event| {
            context.progress.event(event);
        })?;
        context.progress.finish();
        return super::print_fleet(&report, arguments.json);
    }
    let database = context.database(&arguments.targets.database)?;
    let report = status(&context.project, &context.source, &database, arguments.slow)?;
    context.progress.finish();
    let mut out = anstream::stdout().lock();
    super::super::print(arguments.json, &report, &mut out, |out| render::render(&report, out))?;
    Ok(if report.needs_a_person() { Outcome::Findings } else { Outcome::Clean })
}
