//! `pgmason migration create`.

use pgmason_jobs::diff::DifferenceOptions;
use pgmason_jobs::migration::create::create;
use pgmason_jobs::migration::from_difference::{FromDifferenceOptions, create_from_difference};
use pgmason_jobs::source::Source;

use super::{Context, Outcome};
use crate::arguments::migration::CreateArguments;
use crate::commands::{opening, print};
use crate::error::CommandError;
use crate::render::migration::create::{render, render_difference};
use crate::ui::HINT;

pub(super) fn run(context: &Context<'_>, arguments: &CreateArguments) -> Result<Outcome, CommandError> {
    if let Some(text) = &arguments.from_diff {
        return from_difference(context, text, arguments);
    }
    let report = create(&context.project, &context.source, &arguments.name)?;
    print(arguments.json, &report, &mut anstream::stdout().lock(), |out| render(&report, out))?;
    Ok(Outcome::Clean)
}

fn from_difference(context: &Context<'_>, text: &str, arguments: &CreateArguments) -> Result<Outcome, CommandError> {
    let (project, progress) = (&context.project, &context.progress);
    let options = FromDifferenceOptions {
        difference: DifferenceOptions {
            open: opening::open_options(project, &arguments.scratch)?,
            allow: arguments.allow.iter().cloned().collect(),
            renames: opening::renames(&arguments.rename)?,
            ..DifferenceOptions::default()
        },
        name: arguments.name.clone(),
        write: true,
    };
    let to = target(context, text)?;
    let report = create_from_difference(project, &context.source, &to, &options, &|event| progress.event(event))?;
    progress.finish();
    print(arguments.json, &report, &mut anstream::stdout().lock(), |out| {
        render_difference(&report, out)?;
        match report.written {
            true => writeln!(out, "\n{HINT}next:{HINT:#} read it, then `pgmason migration test`"),
            false => Ok(()),
        }
    })?;
    let is_refused = !report.difference.plan.refusals.is_empty();
    Ok(if is_refused { Outcome::Findings } else { Outcome::Clean })
}

/// What the argument names, else the schema that the configuration declares.
fn target(context: &Context<'_>, text: &str) -> Result<Source, CommandError> {
    if !text.is_empty() {
        return Ok(text.parse()?);
    }
    match &context.project.configuration.sources.schema {
        Some(path) => Ok(Source::Schema(context.project.folder.join(path))),
        None => Err(CommandError::Usage {
            message: "`--from-diff` needs a schema to arrive at, and the configuration names none".to_owned(),
            hint: Some("name it: `--from-diff schema:schema.sql`, or as `schema` under [sources]".to_owned()),
        }),
    }
}
