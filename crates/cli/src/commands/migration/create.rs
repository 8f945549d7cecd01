//! `pgmason migration create`.

use pgmason_jobs::migration::create::create;

use super::{Context, Outcome};
use crate::arguments::migration::CreateArguments;
use crate::commands::print;
use crate::error::CommandError;
use crate::render::migration::create::render;

pub(super) fn run(context: &Context<'_>, arguments: &CreateArguments) -> Result<Outcome, CommandError> {
    let report = create(&context.project, &context.source, &arguments.name)?;
    print(arguments.json, &report, &mut anstream::stdout().lock(), |out| render(&report, out))?;
    Ok(Outcome::Clean)
}
