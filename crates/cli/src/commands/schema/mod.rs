//! `pgmason schema`: one file per subcommand.

mod assemble;
mod split;
mod validate;

use std::path::Path;

use pgmason_jobs::project::Project;

use super::{Outcome, opening};
use crate::arguments::schema::{SchemaArguments, SchemaCommand};
use crate::error::CommandError;
use crate::ui::Progress;

/// What every subcommand works on.
pub(super) struct Context<'a> {
    project: Project,
    progress: &'a Progress,
}

pub(super) fn run(folder: &Path, arguments: &SchemaArguments, progress: &Progress) -> Result<Outcome, CommandError> {
    let context = || Ok::<_, CommandError>(Context { project: opening::project(folder)?, progress });
    match &arguments.command {
        SchemaCommand::Assemble(arguments) => assemble::run(&context()?, arguments),
        SchemaCommand::Split(arguments) => split::run(context()?, arguments),
        SchemaCommand::Validate(arguments) => validate::run(folder, arguments, progress),
    }
}
