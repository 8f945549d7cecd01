//! `pgmason init`.

use std::io::Write;
use std::path::Path;

use pgmason_jobs::init::init;
use pgmason_jobs::init_ci;
use pgmason_jobs::project::Project;

use super::{Outcome, opening};
use crate::arguments::{CiService, InitArguments};
use crate::error::CommandError;
use crate::ui::{HINT, Progress};

pub(super) fn run(folder: &Path, arguments: &InitArguments, progress: &Progress) -> Result<Outcome, CommandError> {
    let project = opening::project(arguments.folder.as_deref().unwrap_or(folder))?;
    if arguments.ci == Some(CiService::Github) {
        return write_workflow(&project);
    }
    let options = opening::open_options(&project, &arguments.scratch)?;
    let report = init(&project, &options, &|event| progress.event(event))?;
    progress.finish();
    let mut out = anstream::stdout().lock();
    writeln!(out, "wrote {}", report.path.display())?;
    for (rule, kept, tables) in &report.switched_on {
        writeln!(out, "  {rule} is on: {kept} of {tables} tables keep it")?;
    }
    writeln!(out, "\n{HINT}next:{HINT:#} pgmason check")?;
    Ok(Outcome::Clean)
}

fn write_workflow(project: &Project) -> Result<Outcome, CommandError> {
    let report = init_ci::github(project)?;
    let mut out = anstream::stdout().lock();
    writeln!(out, "wrote {}", report.path.display())?;
    if report.compares {
        writeln!(out, "  pull requests are checked, and the sources of the schema compared")?;
    } else {
        writeln!(out, "  pull requests are checked; there is no second source of the schema to compare")?;
    }
    writeln!(
        out,
        "\n{HINT}next:{HINT:#} set the secret PGMASON_DATABASE_URL for the nightly comparison, and commit the file"
    )?;
    Ok(Outcome::Clean)
}
