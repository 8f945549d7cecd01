//! `pgmason tables`.

use std::path::Path;

use pgmason_jobs::open::{Opened, open};
use pgmason_jobs::source::Source;
use pgmason_jobs::{JobError, tables};

use super::{Outcome, opening, print};
use crate::arguments::{TablesArguments, TablesCommand};
use crate::error::CommandError;
use crate::render::{self, replay};
use crate::ui::Progress;

pub(super) fn run(folder: &Path, arguments: &TablesArguments, progress: &Progress) -> Result<Outcome, CommandError> {
    let common = &arguments.common;
    let project = opening::project(folder)?;
    let source = match (&common.db, opening::source(&common.source)?) {
        (Some(url), None) => Source::Database(opening::connection(url)?),
        (_, Some(source)) => source,
        (None, None) => project.source()?,
    };
    let project = project.beside(&source);
    let mut options = opening::open_options(&project, &common.scratch)?;
    // An inventory of what can be built is better than none; what failed is told.
    options.replay.keep_going = true;
    let opened = open(&project, &source, &options, &|event| progress.event(event))?;
    progress.finish();
    if let Some(report) = opened.replay.as_ref().filter(|report| !report.failures.is_empty()) {
        replay::render_short(report, &mut anstream::stderr().lock())?;
    }
    let mut out = anstream::stdout().lock();
    match &arguments.command {
        None | Some(TablesCommand::List) => {
            let rulebook = project.configuration.rulebook(project.access(opened.baseline));
            let report = tables::list(&opened, source.to_string(), &rulebook)?;
            print(common.json, &report, &mut out, |out| render::tables::list(&report, out))?;
        }
        Some(TablesCommand::Show { name }) => {
            let report = tables::show(&opened.catalog, name)?;
            print(common.json, &report, &mut out, |out| render::tables::show(&report, out))?;
        }
        Some(TablesCommand::Preview { name, longest_value }) => {
            let mut client = client(&opened, &source)?;
            let report = tables::preview(&mut client, &opened.catalog, name, *longest_value)?;
            print(common.json, &report, &mut out, |out| render::tables::preview(&report, out))?;
        }
    }
    Ok(Outcome::Clean)
}

/// To the database itself, or to the scratch that the files were replayed in.
fn client(opened: &Opened, source: &Source) -> Result<postgres::Client, CommandError> {
    match (source, &opened.scratch) {
        (Source::Database(connection), _) => {
            Ok(pgmason_pg::connect(connection, &Default::default()).map_err(JobError::from)?)
        }
        (_, Some(scratch)) => Ok(scratch.database.connect().map_err(JobError::from)?),
        _ => Err(JobError::NeedsDatabase.into()),
    }
}
