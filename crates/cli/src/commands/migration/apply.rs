//! `pgmason migration apply`.

use std::time::Duration;

use pgmason_jobs::migration::apply::{ApplyOptions, apply};
use pgmason_jobs::migration::fleet;
use pgmason_jobs::migration::hooks::Hooks;

use super::{Context, Outcome, run_outcome};
use crate::arguments::migration::{ApplyArguments, RunArguments};
use crate::error::CommandError;
use crate::render::migration::run as render;

pub(super) fn run(context: &Context<'_>, arguments: &ApplyArguments) -> Result<Outcome, CommandError> {
    let options = ApplyOptions {
        to: arguments.to.clone(),
        plan: arguments.plan.clone(),
        rerun: arguments.rerun,
        ..options(context, &arguments.run)
    };
    if let Some((targets, fleet)) = super::fleet(context, &arguments.targets)? {
        let report = fleet::apply(&context.project, &context.source, &targets, &options, fleet, &|event| {
            context.progress.event(event);
        })?;
        context.progress.finish();
        return super::print_fleet(&report, arguments.run.json);
    }
    let database = context.database(&arguments.targets.database)?;
    let report = apply(&context.project, &context.source, &database, &options, &|event| context.progress.event(event))?;
    context.progress.finish();
    let nothing = match &arguments.to {
        Some(_) => "every file up to there is applied",
        None => "every file is applied",
    };
    let mut out = anstream::stdout().lock();
    super::super::print(arguments.run.json, &report, &mut out, |out| render::render(&report, nothing, out))?;
    Ok(run_outcome(&report))
}

/// What the arguments of every run say, and the configuration where they are silent.
pub(super) fn options(context: &Context<'_>, run: &RunArguments) -> ApplyOptions {
    let configured = &context.project.configuration;
    let hooks = &configured.hooks;
    ApplyOptions {
        dry_run: run.dry_run,
        allow: run.allow.clone(),
        lock_wait: Duration::from_secs(run.lock_wait),
        lock_timeout: run.lock_timeout.map(Duration::from_millis).or(configured.migrations.lock_timeout),
        statement_timeout: run.statement_timeout.map(Duration::from_secs).or(configured.migrations.statement_timeout),
        hooks: Hooks {
            before: hooks.before.0.clone(),
            after: hooks.after.0.clone(),
            on_failure: hooks.on_failure.0.clone(),
        },
        ..ApplyOptions::default()
    }
}
