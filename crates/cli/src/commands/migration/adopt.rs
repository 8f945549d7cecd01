//! `pgmason migration adopt`.

use super::{Context, Outcome};
use crate::arguments::migration::AdoptArguments;
use crate::error::CommandError;

pub(super) fn run(_context: &Context<'_>, _arguments: &AdoptArguments) -> Result<Outcome, CommandError> {
    Err(CommandError::Usage { message: "not there yet".to_owned(), hint: None })
}
