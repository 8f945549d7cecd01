//! `pgmason schema split`.

use pgmason_jobs::schema::split::{SplitOptions, split};

use super::{Context, Outcome};
use crate::arguments::schema::SplitArguments;
use crate::commands::{opening, print};
use crate::error::CommandError;
use crate::render::schema::split::render;

pub(super) fn run(context: Context<'_>, arguments: &SplitArguments) -> Result<Outcome, CommandError> {
    let progress = context.progress;
    let source = match &arguments.source {
        Some(text) => text.parse()?,
        None => context.project.source()?,
    };
    let project = context.project.beside(&source);
    let options =
        SplitOptions { output: arguments.output.clone(), open: opening::open_options(&project, &arguments.scratch)? };
    let report = split(&project, &source, &options, &|event| progress.event(event))?;
    progress.finish();
    print(arguments.json, &report, &mut anstream::stdout().lock(), |out| render(&report, out))?;
    Ok(match &report.proof {
        _ if report.is_clean() => Outcome::Clean,
        Some(proof) if !proof.holds => Outcome::Failed,
        _ => Outcome::Findings,
    })
}
