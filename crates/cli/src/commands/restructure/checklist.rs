//! `pgmason restructure checklist`.

use pgmason_jobs::restructure::checklist::checklist;

use super::{Context, Outcome};
use crate::arguments::restructure::FileArguments;
use crate::commands::print;
use crate::error::CommandError;
use crate::render::restructure::checklist as render;

pub(super) fn run(context: &Context<'_>, arguments: &FileArguments) -> Result<Outcome, CommandError> {
    let file = context.file(arguments)?;
    let database = context.database(arguments)?;
    let list = checklist(&context.project, &file, &database, &|event| context.progress.event(event))?;
    context.progress.finish();
    print(arguments.json, &list, &mut anstream::stdout().lock(), |out| render::render(&list, out))?;
    Ok(if list.is_clean() { Outcome::Clean } else { Outcome::Findings })
}
