//! `pgmason migration apply`.

use super::{Context, Outcome};
use crate::arguments::migration::ApplyArguments;
use crate::error::CommandError;

pub(super) fn run(_context: &Context<'_>, _arguments: &ApplyArguments) -> Result<Outcome, CommandError> {
    Err(CommandError::Usage { message: "not there yet".to_owned(), hint: None })
}
