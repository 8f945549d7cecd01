//! `pgmason restructure plan`.

use pgmason_jobs::restructure::from_rulebook::from_rulebook;
use pgmason_jobs::restructure::planning::plan;
use pgmason_jobs::source::Source;

use super::{Context, Outcome};
use crate::arguments::restructure::PlanArguments;
use crate::commands::{opening, print};
use crate::error::CommandError;
use crate::render::restructure::plan as render;

pub(super) fn run(context: &Context<'_>, arguments: &PlanArguments) -> Result<Outcome, CommandError> {
    if arguments.from_rulebook {
        return make(context, arguments);
    }
    let file = context.file(&arguments.file)?;
    let database = arguments.file.database.db.as_deref().map(opening::connection).transpose()?;
    let options = opening::open_options(&context.project, &arguments.scratch)?;
    let report =
        plan(&context.project, &file, database.as_ref(), arguments.file.stage.as_deref(), &options, &|event| {
            context.progress.event(event)
        })?;
    context.progress.finish();
    print(arguments.file.json, &report, &mut anstream::stdout().lock(), |out| render::render(&report, out))?;
    Ok(if report.is_clean() { Outcome::Clean } else { Outcome::Findings })
}

/// `--from-rulebook`.
fn make(context: &Context<'_>, arguments: &PlanArguments) -> Result<Outcome, CommandError> {
    let name = arguments.file.name.as_deref().unwrap_or("names");
    let source = match &arguments.file.database.db {
        Some(url) => Source::Database(opening::connection(url)?),
        None => context.project.source()?,
    };
    let options = opening::open_options(&context.project, &arguments.scratch)?;
    let report = from_rulebook(&context.project, &source, name, &options, &|event| context.progress.event(event))?;
    context.progress.finish();
    print(arguments.file.json, &report, &mut anstream::stdout().lock(), |out| match &report.path {
        Some(path) => writeln!(out, "{}: tables: {}, stages: {}", path.display(), report.tables, report.stages),
        None => writeln!(out, "the rulebook has no other name for any table"),
    })?;
    Ok(Outcome::Clean)
}
