//! `pgmason migration renumber`.

use pgmason_jobs::migration::renumber::renumber;
use pgmason_jobs::migration::repair::follow_renames;

use super::{Context, Outcome};
use crate::arguments::migration::RenumberArguments;
use crate::commands::{opening, print};
use crate::error::CommandError;
use crate::render::migration::renumber::render;

pub(super) fn run(context: &Context<'_>, arguments: &RenumberArguments) -> Result<Outcome, CommandError> {
    let progress = &context.progress;
    let mut report = renumber(&context.project, &context.source, arguments.write, &|event| progress.event(event))?;
    progress.finish();
    if let (Some(url), true) = (&arguments.database.db, report.written) {
        let database = opening::connection(url)?;
        let renames: Vec<(String, String, String)> = report
            .versions
            .iter()
            .map(|renamed| (renamed.old_version.clone(), renamed.new_version.clone(), renamed.name.clone()))
            .collect();
        let followed = follow_renames(&database, &renames, &|event| progress.event(event))?;
        report.notes.push(format!("{followed} versions were followed in the history of {database}"));
    }
    print(arguments.json, &report, &mut anstream::stdout().lock(), |out| render(&report, out))?;
    Ok(Outcome::Clean)
}
