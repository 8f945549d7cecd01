//! `pgmason migration repair`.

use super::{Context, Outcome};
use crate::arguments::migration::RepairArguments;
use crate::error::CommandError;

pub(super) fn run(_context: &Context<'_>, _arguments: &RepairArguments) -> Result<Outcome, CommandError> {
    Err(CommandError::Usage { message: "not there yet".to_owned(), hint: None })
}
