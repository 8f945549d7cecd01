//! `pgmason migration run-staged`.

use super::{Context, Outcome};
use crate::arguments::migration::RunStagedArguments;
use crate::error::CommandError;

pub(super) fn run(_context: &Context<'_>, _arguments: &RunStagedArguments) -> Result<Outcome, CommandError> {
    Err(CommandError::Usage { message: "not there yet".to_owned(), hint: None })
}
