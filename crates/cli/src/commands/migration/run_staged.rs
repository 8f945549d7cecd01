//! `pgmason migration run-staged`.

use pgmason_jobs::migration::apply::ApplyOptions;
use pgmason_jobs::migration::run_staged::{StagedOptions, run_staged};

use super::{Context, Outcome, apply};
use crate::arguments::migration::RunStagedArguments;
use crate::error::CommandError;
use crate::render::migration::run_staged as render;

pub(super) fn run(context: &Context<'_>, arguments: &RunStagedArguments) -> Result<Outcome, CommandError> {
    let database = context.database(&arguments.database)?;
    let options = ApplyOptions { to: arguments.to.clone(), ..apply::options(context, &arguments.run) };
    let staged = StagedOptions { go_on: arguments.go_on, all: arguments.all };
    let report = run_staged(&context.project, &context.source, &database, &options, staged, &|event| {
        context.progress.event(event);
    })?;
    context.progress.finish();
    let mut out = anstream::stdout().lock();
    super::super::print(arguments.run.json, &report, &mut out, |out| render::render(&report, out))?;
    Ok(match &report {
        report if report.is_clean() => Outcome::Clean,
        report if report.ran.iter().any(|ran| ran.run.connection_was_lost()) => Outcome::Failed,
        _ => Outcome::Findings,
    })
}
