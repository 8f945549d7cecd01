//! `pgmason migration create`.

use super::{Context, Outcome};
use crate::arguments::migration::CreateArguments;
use crate::error::CommandError;

pub(super) fn run(_context: &Context<'_>, _arguments: &CreateArguments) -> Result<Outcome, CommandError> {
    Err(CommandError::Usage { message: "not there yet".to_owned(), hint: None })
}
