//! `pgmason migration renumber`.

use super::{Context, Outcome};
use crate::arguments::migration::RenumberArguments;
use crate::error::CommandError;

pub(super) fn run(_context: &Context<'_>, _arguments: &RenumberArguments) -> Result<Outcome, CommandError> {
    Err(CommandError::Usage { message: "not there yet".to_owned(), hint: None })
}
