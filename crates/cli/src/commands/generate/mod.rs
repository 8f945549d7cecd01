//! `pgmason generate`: one file per subcommand.

mod aliases;
mod changes;

use std::path::Path;

use super::Outcome;
use crate::arguments::references::{GenerateArguments, GenerateCommand};
use crate::error::CommandError;
use crate::ui::Progress;

pub(super) fn run(folder: &Path, arguments: &GenerateArguments, progress: &Progress) -> Result<Outcome, CommandError> {
    match &arguments.command {
        GenerateCommand::Aliases(arguments) => aliases::run(folder, arguments),
        GenerateCommand::Changes(arguments) => changes::run(folder, arguments, progress),
    }
}
