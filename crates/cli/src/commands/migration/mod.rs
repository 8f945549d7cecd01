//! `pgmason migration`: one file per subcommand.

mod adopt;
mod apply;
mod archive;
mod audit;
mod create;
mod plan;
mod renumber;
mod repair;
mod rollback;
mod run_staged;
mod squash;
mod status;
mod test;

use std::path::Path;

use pgmason_jobs::JobError;
use pgmason_jobs::migration::fleet::{self, FleetOptions, FleetReport};
use pgmason_jobs::migration::run_report::RunReport;
use pgmason_jobs::project::Project;
use pgmason_jobs::source::Source;
use pgmason_pg::ConnectionString;

use super::{Outcome, opening};
use crate::arguments::migration::{DatabaseArguments, MigrationArguments, MigrationCommand, TargetArguments};
use crate::error::CommandError;
use crate::render;
use crate::ui::Progress;

/// What every subcommand works on.
pub(super) struct Context<'a> {
    project: Project,
    source: Source,
    progress: &'a Progress,
}

pub(super) fn run(folder: &Path, arguments: &MigrationArguments, progress: &Progress) -> Result<Outcome, CommandError> {
    let project = opening::project(folder)?;
    let source = match (&arguments.migrations, &arguments.command) {
        (Some(folder), _) => Source::Migrations(folder.clone()),
        // The first file of a folder is made too.
        (None, MigrationCommand::Create(_)) => pgmason_jobs::migration::create::source(&project)?,
        (None, _) => project.source()?,
    };
    let context = Context { project: project.beside(&source), source, progress };
    match &arguments.command {
        MigrationCommand::Create(arguments) => create::run(&context, arguments),
        MigrationCommand::Plan(arguments) => plan::run(&context, arguments),
        MigrationCommand::Test(arguments) => test::run(&context, arguments),
        MigrationCommand::Apply(arguments) => apply::run(&context, arguments),
        MigrationCommand::RunStaged(arguments) => run_staged::run(&context, arguments),
        MigrationCommand::Rollback(arguments) => rollback::run(&context, arguments),
        MigrationCommand::Status(arguments) => status::run(&context, arguments),
        MigrationCommand::Repair(arguments) => repair::run(&context, arguments),
        MigrationCommand::Adopt(arguments) => adopt::run(&context, arguments),
        MigrationCommand::Audit(arguments) => audit::run(&context, arguments),
        MigrationCommand::Renumber(arguments) => renumber::run(&context, arguments),
        MigrationCommand::Archive(arguments) => archive::run(&context, arguments),
        MigrationCommand::Squash(arguments) => squash::run(&context, arguments),
    }
}

impl Context<'_> {
    /// The database that the arguments or the environment name.
    fn database(&self, arguments: &DatabaseArguments) -> Result<ConnectionString, CommandError> {
        match &arguments.db {
            Some(url) => opening::connection(url),
            None => Err(JobError::NeedsDatabase.into()),
        }
    }
}

/// Many databases, where the arguments name them, or the configuration does and the arguments name none.
fn fleet(
    context: &Context<'_>,
    arguments: &TargetArguments,
) -> Result<Option<(Vec<ConnectionString>, FleetOptions)>, CommandError> {
    let configured = &context.project.configuration.fleet;
    let mut named = arguments.target.clone();
    if named.is_empty() && arguments.database.db.is_none() {
        named.extend(configured.expanded(|name| std::env::var(name).ok()).map_err(|message| CommandError::Usage {
            message: format!("[fleet] targets: {message}"),
            hint: Some("set the variable, or name the databases with --target".to_owned()),
        })?);
        let file = configured.file.as_ref().map(|file| context.project.folder.join(file));
        named.extend(file.map(|file| file.to_string_lossy().into_owned()));
    }
    if named.is_empty() {
        return Ok(None);
    }
    let usual = FleetOptions::default();
    let options = FleetOptions {
        jobs: arguments.jobs.or(configured.jobs).unwrap_or(usual.jobs),
        max_failures: arguments.max_failures.or(configured.max_failures).unwrap_or(usual.max_failures),
    };
    Ok(Some((fleet::targets(&named)?, options)))
}

fn print_fleet(report: &FleetReport, json: bool) -> Result<Outcome, CommandError> {
    let mut out = anstream::stdout().lock();
    super::print(json, report, &mut out, |out| render::migration::fleet::render(report, out))?;
    Ok(if report.is_clean() { Outcome::Clean } else { Outcome::Findings })
}

/// A refusal or a failed file is for a person to look at; a lost connection is a failure of the surroundings.
fn run_outcome(report: &RunReport) -> Outcome {
    match report {
        _ if report.is_clean() => Outcome::Clean,
        _ if report.connection_was_lost() => Outcome::Failed,
        _ => Outcome::Findings,
    }
}
