//! `pgmason align`.

use std::path::Path;

use pgmason_jobs::align::{AlignOptions, AlignWith, align};

use super::{Outcome, drift, opening, print};
use crate::arguments::align::{AlignArguments, AlignTo};
use crate::error::CommandError;
use crate::render;
use crate::ui::Progress;

pub(super) fn run(folder: &Path, arguments: &AlignArguments, progress: &Progress) -> Result<Outcome, CommandError> {
    let (mut project, mut compared) = drift::options(folder, &arguments.compared)?;
    if let Some(text) = &arguments.from {
        let files = text.parse()?;
        project = project.beside(&files);
        compared.files = Some(files);
    }
    let options = AlignOptions {
        with: arguments.to.map(|to| match to {
            AlignTo::Prisma => AlignWith::Prisma,
            AlignTo::Files => AlignWith::Files,
            AlignTo::Database => AlignWith::Database,
            AlignTo::Snapshot => AlignWith::Snapshot,
        }),
        compared,
        name: arguments.name.clone(),
        allow: arguments.allow.iter().cloned().collect(),
        renames: opening::renames(&arguments.rename)?,
        write: arguments.write,
    };
    let report = align(&project, &options, &|event| progress.event(event))?;
    progress.finish();
    print(arguments.json, &report, &mut anstream::stdout().lock(), |out| render::align::render(&report, out))?;
    Ok(if report.is_closed() { Outcome::Clean } else { Outcome::Findings })
}
