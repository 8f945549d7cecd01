//! `pgmason schema assemble`.

use pgmason_jobs::schema::assemble::{AssembleOptions, assemble};

use super::{Context, Outcome};
use crate::arguments::schema::AssembleArguments;
use crate::commands::{opening, print};
use crate::error::CommandError;
use crate::render::schema::assemble::render;

pub(super) fn run(context: &Context<'_>, arguments: &AssembleArguments) -> Result<Outcome, CommandError> {
    let progress = context.progress;
    let options = AssembleOptions {
        folder: arguments.folder.clone(),
        output: arguments.output.clone(),
        check: arguments.check,
        open: opening::open_options(&context.project, &arguments.scratch)?,
    };
    let report = assemble(&context.project, &options, &|event| progress.event(event))?;
    progress.finish();
    print(arguments.json, &report, &mut anstream::stdout().lock(), |out| render(&report, out))?;
    Ok(match &report.proof {
        _ if report.is_clean() => Outcome::Clean,
        // That the result is another is pgmason's failure.
        Some(proof) if !proof.holds => Outcome::Failed,
        _ => Outcome::Findings,
    })
}
