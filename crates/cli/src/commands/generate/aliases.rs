//! `pgmason generate aliases`.

use std::path::Path;

use pgmason_core::restructure::name_changes;
use pgmason_jobs::generate::{AliasOptions, aliases};
use pgmason_jobs::restructure::read::read;

use super::Outcome;
use crate::arguments::references::AliasesArguments;
use crate::commands::check::write_to;
use crate::commands::opening;
use crate::error::CommandError;

pub(super) fn run(folder: &Path, arguments: &AliasesArguments) -> Result<Outcome, CommandError> {
    let project = opening::project(folder)?;
    let read = read(&project, arguments.restructure.as_deref())?;
    let options = AliasOptions { restructure: &read.name, types: &arguments.types };
    let text = aliases(&name_changes(&read.file), &options);
    write_to(arguments.output_file.as_deref(), &|out| out.write_all(text.as_bytes()))?;
    Ok(Outcome::Clean)
}
