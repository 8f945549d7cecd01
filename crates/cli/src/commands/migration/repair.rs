//! `pgmason migration repair`.

use pgmason_jobs::migration::repair::{Repair, repair};

use super::{Context, Outcome};
use crate::arguments::migration::{Mark, RepairArguments};
use crate::error::CommandError;
use crate::render::migration::repair as render;

pub(super) fn run(context: &Context<'_>, arguments: &RepairArguments) -> Result<Outcome, CommandError> {
    let database = context.database(&arguments.database)?;
    let what = match (&arguments.mark, &arguments.baseline) {
        (Some(Mark::Applied), _) => Repair::MarkApplied(arguments.versions.clone()),
        (Some(Mark::Reverted), _) => Repair::MarkReverted(arguments.versions.clone()),
        (None, Some(version)) => Repair::Baseline(Some(version.clone()).filter(|version| !version.is_empty())),
        (None, None) => Repair::Renamed,
    };
    let report = repair(&context.project, &context.source, &database, &what, arguments.dry_run, &|event| {
        context.progress.event(event);
    })?;
    context.progress.finish();
    let mut out = anstream::stdout().lock();
    super::super::print(arguments.json, &report, &mut out, |out| render::render(&report, out))?;
    Ok(Outcome::Clean)
}
