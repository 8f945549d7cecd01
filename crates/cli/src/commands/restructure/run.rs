//! `pgmason restructure start`, `complete` and `rollback`: show what would run, ask, and run it.

use std::time::Duration;

use pgmason_jobs::restructure::code::CodeReferences;
use pgmason_jobs::restructure::report::RunReport;
use pgmason_jobs::restructure::running::{RunOptions, complete, rollback, start};

use super::{Context, Outcome};
use crate::arguments::restructure::RunArguments;
use crate::commands::confirm::{confirmed, somebody_is_there};
use crate::commands::{opening, print};
use crate::error::CommandError;
use crate::render::restructure::run as render;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Start,
    Complete,
    Rollback,
}

pub(super) fn run(context: &Context<'_>, arguments: &RunArguments, what: What) -> Result<Outcome, CommandError> {
    let file = context.file(&arguments.file)?;
    let database = context.database(&arguments.file)?;
    let mut options = RunOptions {
        open: opening::open_options(&context.project, &arguments.scratch)?,
        dry_run: arguments.dry_run,
        lock_wait: arguments.lock_wait.map(Duration::from_secs),
        lock_timeout: arguments.lock_timeout.map(Duration::from_millis),
        stage: arguments.file.stage.clone(),
        unrehearsed: arguments.unrehearsed,
        accept_changes: arguments.accept_changes,
        accept_use: arguments.accept_use.clone(),
        to_started: arguments.to_started,
        no_soak: arguments.no_soak,
        rerun: arguments.rerun,
        free_disk: arguments.free_disk,
    };
    let code = match what {
        What::Complete => context.code(&file, &arguments.file)?,
        What::Start | What::Rollback => CodeReferences::new(),
    };
    let go = |options: &RunOptions| {
        let reporter = |event| context.progress.event(event);
        match what {
            What::Start => start(&context.project, &file, &database, options, &reporter),
            What::Complete => complete(&file, &database, &code, options, &reporter),
            What::Rollback => rollback(&file, &database, options, &reporter),
        }
    };
    if !options.dry_run && !arguments.yes {
        somebody_is_there()?;
        options.dry_run = true;
        let preview = go(&options)?;
        context.progress.finish();
        if !preview.refusals.is_empty() || preview.stages.is_empty() {
            return tell(arguments, &preview);
        }
        render::render(&preview, &mut anstream::stderr().lock())?;
        if !confirmed()? {
            return Ok(Outcome::Findings);
        }
        options.dry_run = false;
    }
    let report = go(&options)?;
    context.progress.finish();
    tell(arguments, &report)
}

fn tell(arguments: &RunArguments, report: &RunReport) -> Result<Outcome, CommandError> {
    print(arguments.file.json, report, &mut anstream::stdout().lock(), |out| render::render(report, out))?;
    Ok(if report.is_clean() { Outcome::Clean } else { Outcome::Findings })
}
