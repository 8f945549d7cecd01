//! `pgmason drift`.

use std::io::Write;
use std::path::Path;

use pgmason_jobs::drift::{DriftOptions, DriftReport, drift};
use pgmason_jobs::project::Project;

use super::check::write_to;
use super::{Outcome, opening};
use crate::arguments::drift::{ComparedArguments, DriftArguments, DriftFormat};
use crate::error::CommandError;
use crate::render;
use crate::ui::Progress;

pub(super) fn run(folder: &Path, arguments: &DriftArguments, progress: &Progress) -> Result<Outcome, CommandError> {
    let (project, options) = options(folder, &arguments.compared)?;
    let report = drift(&project, &options, &|event| progress.event(event))?;
    progress.finish();
    write_to(arguments.output_file.as_deref(), &|out| render(arguments.format(), &report, out))?;
    Ok(outcome(&report))
}

pub(in crate::commands) fn options(
    folder: &Path,
    compared: &ComparedArguments,
) -> Result<(Project, DriftOptions), CommandError> {
    let mut project = opening::project(folder)?;
    let files = opening::source(&compared.source)?;
    if let Some(files) = &files {
        project = project.beside(files);
    }
    let options = DriftOptions {
        files,
        database: compared.db.as_deref().map(opening::connection).transpose()?,
        prisma: compared.prisma.clone(),
        snapshot: compared.snapshot.clone(),
        ignore: compared.ignore.clone(),
        only: None,
        open: opening::open_options(&project, &compared.scratch)?,
    };
    Ok((project, options))
}

pub(in crate::commands) fn outcome(report: &DriftReport) -> Outcome {
    if report.differs() {
        return Outcome::Findings;
    }
    // A gate that could not look is no open gate.
    if report.compared_all() { Outcome::Clean } else { Outcome::Failed }
}

fn render(format: DriftFormat, report: &DriftReport, out: &mut dyn Write) -> std::io::Result<()> {
    match format {
        DriftFormat::Human => render::drift::human::render(report, out),
        DriftFormat::Json => super::print(true, report, out, |_| Ok(())),
        DriftFormat::Markdown => render::drift::markdown::render(report, out),
        DriftFormat::Sarif => render::drift::sarif::render(report, out),
        DriftFormat::Github => render::drift::github::render(report, out),
    }
}
