//! `pgmason migration squash`.

use std::io::Write;

use pgmason_jobs::migration::squash::report::SquashProofs;
use pgmason_jobs::migration::squash::{SquashOptions, squash};

use super::{Context, Outcome};
use crate::arguments::migration::SquashArguments;
use crate::commands::{opening, print};
use crate::error::CommandError;
use crate::render::migration::squash::render;

pub(super) fn run(context: &Context<'_>, arguments: &SquashArguments) -> Result<Outcome, CommandError> {
    let progress = &context.progress;
    let options = SquashOptions {
        to: arguments.to.clone(),
        output: arguments.output.clone(),
        fix: arguments.fix,
        open: opening::open_options(&context.project, &arguments.scratch)?,
    };
    let report = squash(&context.project, &context.source, &options, &|event| progress.event(event))?;
    progress.finish();
    if arguments.json || arguments.output.is_some() || !report.is_clean() {
        print(arguments.json, &report, &mut anstream::stdout().lock(), |out| render(&report, out))?;
    } else {
        // The file is what was asked for; what there is to say of it goes beside it.
        render(&report, &mut anstream::stderr().lock())?;
        std::io::stdout().lock().write_all(report.sql.as_bytes())?;
    }
    Ok(match &report.proofs {
        _ if report.is_clean() && report.left_out.is_empty() => Outcome::Clean,
        Some(proofs) if !SquashProofs::hold(proofs) => Outcome::Failed,
        _ => Outcome::Findings,
    })
}
