//! `pgmason migration plan`.

use super::{Context, Outcome};
use crate::arguments::migration::PlanArguments;
use crate::error::CommandError;

pub(super) fn run(_context: &Context<'_>, _arguments: &PlanArguments) -> Result<Outcome, CommandError> {
    Err(CommandError::Usage { message: "not there yet".to_owned(), hint: None })
}
