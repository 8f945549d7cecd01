//! `pgmason migration rollback`: shows what would run, asks, and runs it.

use pgmason_jobs::migration::apply::ApplyOptions;
use pgmason_jobs::migration::rollback::{Extent, rollback};
use pgmason_jobs::migration::run_report::RunReport;

use super::{Context, Outcome, apply, run_outcome};
use crate::arguments::migration::RollbackArguments;
use crate::commands::confirm::{confirmed, somebody_is_there};
use crate::error::CommandError;
use crate::render::migration::run as render;

pub(super) fn run(context: &Context<'_>, arguments: &RollbackArguments) -> Result<Outcome, CommandError> {
    let database = context.database(&arguments.database)?;
    let extent = match (&arguments.to, arguments.last) {
        (Some(version), _) => Extent::After(version.clone()),
        (None, last) => Extent::Last(last.unwrap_or(1)),
    };
    let mut options = apply::options(context, &arguments.run);
    let go = |options: &ApplyOptions| {
        rollback(&context.project, &context.source, &database, &extent, options, &|event| {
            context.progress.event(event);
        })
    };
    if !options.dry_run && !arguments.yes {
        somebody_is_there()?;
        options.dry_run = true;
        let preview = go(&options)?;
        context.progress.finish();
        if !preview.refusals.is_empty() || preview.files.is_empty() {
            return print(arguments, &preview);
        }
        render::render(&preview, NOTHING, &mut anstream::stderr().lock())?;
        if !confirmed()? {
            return Ok(Outcome::Findings);
        }
        options.dry_run = false;
    }
    let report = go(&options)?;
    context.progress.finish();
    print(arguments, &report)
}

fn print(arguments: &RollbackArguments, report: &RunReport) -> Result<Outcome, CommandError> {
    let mut out = anstream::stdout().lock();
    super::super::print(arguments.run.json, report, &mut out, |out| render::render(report, NOTHING, out))?;
    Ok(run_outcome(report))
}

/// Where there was nothing to take back.
const NOTHING: &str = "nothing that was applied is to be taken back";
