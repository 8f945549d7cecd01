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
mod status;
mod test;

use std::path::Path;

use pgmason_jobs::project::Project;
use pgmason_jobs::source::Source;

use super::{Outcome, opening};
use crate::arguments::migration::{MigrationArguments, MigrationCommand};
use crate::error::CommandError;
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
    }
}
