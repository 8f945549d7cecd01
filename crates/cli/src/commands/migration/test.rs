//! `pgmason migration test`.

use super::{Context, Outcome};
use crate::arguments::migration::TestArguments;
use crate::error::CommandError;

pub(super) fn run(_context: &Context<'_>, _arguments: &TestArguments) -> Result<Outcome, CommandError> {
    Err(CommandError::Usage { message: "not there yet".to_owned(), hint: None })
}
