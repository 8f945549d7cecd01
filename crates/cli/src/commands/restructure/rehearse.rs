//! `pgmason restructure rehearse`.

use std::path::Path;

use pgmason_jobs::JobError;
use pgmason_jobs::restructure::rehearse::{RehearseOptions, rehearse, statements_of};

use super::{Context, Outcome};
use crate::arguments::restructure::RehearseArguments;
use crate::commands::{opening, print};
use crate::error::CommandError;
use crate::render::restructure::rehearse as render;

pub(super) fn run(context: &Context<'_>, arguments: &RehearseArguments) -> Result<Outcome, CommandError> {
    let file = context.file(&arguments.file)?;
    let database = arguments.file.database.db.as_deref().map(opening::connection).transpose()?;
    let statements = arguments.statements.iter().map(|path| statements_of(Path::new(path)));
    let statements: Vec<_> = statements.collect::<Result<Vec<_>, JobError>>()?.into_iter().flatten().collect();
    let options = RehearseOptions {
        open: opening::open_options(&context.project, &arguments.scratch)?,
        stage: arguments.file.stage.clone(),
        statements,
        no_record: arguments.no_record,
    };
    let report = rehearse(&context.project, &file, database.as_ref(), &options, &|event| {
        context.progress.event(event);
    })?;
    context.progress.finish();
    print(arguments.file.json, &report, &mut anstream::stdout().lock(), |out| render::render(&report, out))?;
    Ok(if report.is_clean() { Outcome::Clean } else { Outcome::Findings })
}
