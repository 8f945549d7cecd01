//! `pgmason migration rollback`.

use super::{Context, Outcome};
use crate::arguments::migration::RollbackArguments;
use crate::error::CommandError;

pub(super) fn run(_context: &Context<'_>, _arguments: &RollbackArguments) -> Result<Outcome, CommandError> {
    Err(CommandError::Usage { message: "not there yet".to_owned(), hint: None })
}
