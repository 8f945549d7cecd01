//! `pgmason migration audit`.

use super::{Context, Outcome};
use crate::arguments::migration::AuditArguments;
use crate::error::CommandError;

pub(super) fn run(_context: &Context<'_>, _arguments: &AuditArguments) -> Result<Outcome, CommandError> {
    Err(CommandError::Usage { message: "not there yet".to_owned(), hint: None })
}
