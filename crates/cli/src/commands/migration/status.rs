//! `pgmason migration status`.

use super::{Context, Outcome};
use crate::arguments::migration::StatusArguments;
use crate::error::CommandError;

pub(super) fn run(_context: &Context<'_>, _arguments: &StatusArguments) -> Result<Outcome, CommandError> {
    Err(CommandError::Usage { message: "not there yet".to_owned(), hint: None })
}
