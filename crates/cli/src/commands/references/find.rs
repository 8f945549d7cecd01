//! `pgmason references find`.

use std::path::Path;

use pgmason_jobs::references::{FindOptions, find};

use super::Outcome;
use crate::arguments::references::FindArguments;
use crate::commands::{opening, print};
use crate::error::CommandError;
use crate::render::references::find::{Shown, render};
use crate::ui::Progress;

pub(super) fn run(folder: &Path, arguments: &FindArguments, progress: &Progress) -> Result<Outcome, CommandError> {
    let project = opening::project(folder)?;
    let changes = super::changes(&project, &arguments.names)?;
    let functions = match arguments.functions {
        true => Some((project.source()?, opening::open_options(&project, &arguments.scratch)?)),
        false => None,
    };
    let options = FindOptions {
        paths: arguments.names.paths.clone(),
        database: arguments.db.as_deref().map(opening::connection).transpose()?,
        functions,
    };
    let report = find(&project, &changes, &options, &|event| progress.event(event))?;
    progress.finish();
    let shown = Shown { from: arguments.grade.grade(), migrations: arguments.migrations };
    print(arguments.json, &report, &mut anstream::stdout().lock(), |out| render(&report, shown, out))?;
    let fails = arguments.fail_on.is_some_and(|grade| report.in_use(grade.grade()).next().is_some());
    Ok(if fails { Outcome::Findings } else { Outcome::Clean })
}
