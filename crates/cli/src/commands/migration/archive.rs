//! `pgmason migration archive`.

use super::{Context, Outcome};
use crate::arguments::migration::ArchiveArguments;
use crate::error::CommandError;

pub(super) fn run(_context: &Context<'_>, _arguments: &ArchiveArguments) -> Result<Outcome, CommandError> {
    Err(CommandError::Usage { message: "not there yet".to_owned(), hint: None })
}
