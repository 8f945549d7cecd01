//! `pgmason restructure`: one file per subcommand.

mod checklist;
mod plan;
mod rehearse;
mod run;
mod status;

use std::path::Path;

use pgmason_core::restructure::name_changes;
use pgmason_jobs::JobError;
use pgmason_jobs::project::Project;
use pgmason_jobs::restructure::code::{CodeReferences, references};
use pgmason_jobs::restructure::read::{self, ReadFile};
use pgmason_pg::ConnectionString;

use super::{Outcome, opening};
use crate::arguments::restructure::{FileArguments, RestructureArguments, RestructureCommand};
use crate::error::CommandError;
use crate::ui::Progress;

/// What every subcommand works on.
struct Context<'a> {
    project: Project,
    progress: &'a Progress,
}

pub(super) fn run(
    folder: &Path,
    arguments: &RestructureArguments,
    progress: &Progress,
) -> Result<Outcome, CommandError> {
    let context = Context { project: opening::project(folder)?, progress };
    match &arguments.command {
        RestructureCommand::Plan(arguments) => plan::run(&context, arguments),
        RestructureCommand::Rehearse(arguments) => rehearse::run(&context, arguments),
        RestructureCommand::Checklist(arguments) => checklist::run(&context, arguments),
        RestructureCommand::Status(arguments) => status::run(&context, arguments),
        RestructureCommand::Start(arguments) => run::run(&context, arguments, run::What::Start),
        RestructureCommand::Complete(arguments) => run::run(&context, arguments, run::What::Complete),
        RestructureCommand::Rollback(arguments) => run::run(&context, arguments, run::What::Rollback),
    }
}

impl Context<'_> {
    fn file(&self, arguments: &FileArguments) -> Result<ReadFile, CommandError> {
        Ok(read::read(&self.project, arguments.name.as_deref())?)
    }

    /// Places in the project's code that use names which change; none where nobody is to look for them.
    fn code(&self, file: &ReadFile, arguments: &FileArguments) -> Result<CodeReferences, CommandError> {
        if arguments.no_code {
            return Ok(CodeReferences::new());
        }
        let changes = name_changes(&file.file);
        Ok(references(&self.project, &changes, &|event| self.progress.event(event))?)
    }

    fn database(&self, arguments: &FileArguments) -> Result<ConnectionString, CommandError> {
        match &arguments.database.db {
            Some(url) => opening::connection(url),
            None => Err(JobError::NeedsDatabase.into()),
        }
    }
}
