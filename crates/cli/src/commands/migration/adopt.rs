//! `pgmason migration adopt`.

use pgmason_jobs::migration::adopt::adopt;

use super::{Context, Outcome};
use crate::arguments::migration::AdoptArguments;
use crate::error::CommandError;
use crate::render::migration::adopt as render;

pub(super) fn run(context: &Context<'_>, arguments: &AdoptArguments) -> Result<Outcome, CommandError> {
    let database = context.database(&arguments.database)?;
    let report = adopt(&context.project, &context.source, &database, arguments.dry_run, &|event| {
        context.progress.event(event);
    })?;
    context.progress.finish();
    let mut out = anstream::stdout().lock();
    super::super::print(arguments.json, &report, &mut out, |out| render::render(&report, out))?;
    Ok(if report.refusals.is_empty() { Outcome::Clean } else { Outcome::Findings })
}
