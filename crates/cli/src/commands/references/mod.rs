//! `pgmason references`: one file per subcommand.

mod find;
mod rewrite;

use std::path::Path;

use pgmason_jobs::project::Project;
use pgmason_jobs::references::{Wanted, wanted};
use pgmason_model::restructure::NameChange;

use super::Outcome;
use crate::arguments::references::{NamesArguments, ReferencesArguments, ReferencesCommand};
use crate::error::CommandError;
use crate::ui::Progress;

pub(super) fn run(
    folder: &Path,
    arguments: &ReferencesArguments,
    progress: &Progress,
) -> Result<Outcome, CommandError> {
    match &arguments.command {
        ReferencesCommand::Find(arguments) => find::run(folder, arguments, progress),
        ReferencesCommand::Rewrite(arguments) => rewrite::run(folder, arguments, progress),
    }
}

/// What the arguments name.
fn changes(project: &Project, arguments: &NamesArguments) -> Result<Vec<NameChange>, CommandError> {
    let changes = match (&arguments.restructure, arguments.names.as_slice()) {
        (Some(name), _) => wanted(project, &Wanted::Restructure(Some(name)))?,
        (None, []) => {
            return Err(CommandError::Usage {
                message: "no name is given".to_owned(),
                hint: Some(
                    "name a table, `emails` or `emails=email_messages`, or a restructuring: `--restructure NAME`"
                        .to_owned(),
                ),
            });
        }
        (None, names) => wanted(project, &Wanted::Written(names))?,
    };
    if changes.is_empty() {
        return Err(CommandError::Usage { message: "the restructuring changes no name".to_owned(), hint: None });
    }
    Ok(changes)
}
