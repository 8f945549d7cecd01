//! `pgmason schema validate`: check and drift, one after the other, with one exit code.

use std::io::{BufWriter, Write};
use std::path::Path;

use pgmason_jobs::check::CheckOptions;
use pgmason_jobs::validate::{ValidateReport, validate};

use crate::arguments::drift::{ValidateArguments, ValidateFormat};
use crate::commands::{Outcome, drift};
use crate::error::CommandError;
use crate::render;
use crate::ui::Progress;

pub(super) fn run(folder: &Path, arguments: &ValidateArguments, progress: &Progress) -> Result<Outcome, CommandError> {
    let (project, compared) = drift::options(folder, &arguments.compared)?;
    let checked = CheckOptions {
        source: compared.files.clone(),
        open: compared.open.clone(),
        database: compared.database.clone(),
        known_findings: arguments.baseline.clone(),
        ..CheckOptions::default()
    };
    let report = validate(&project, &checked, &compared, &|event| progress.event(event))?;
    progress.finish();
    let mut out = BufWriter::new(anstream::stdout().lock());
    render(arguments.format(), &report, &project.folder, &mut out)?;
    out.flush()?;
    let fails = arguments.fail_on.level().is_some_and(|level| report.check.fails(level));
    Ok(match report.drift.as_ref().map_or(Outcome::Clean, drift::outcome) {
        Outcome::Findings => Outcome::Findings,
        _ if fails => Outcome::Findings,
        other => other,
    })
}

fn render(format: ValidateFormat, report: &ValidateReport, folder: &Path, out: &mut dyn Write) -> std::io::Result<()> {
    match format {
        ValidateFormat::Json => return crate::commands::print(true, report, out, |_| Ok(())),
        ValidateFormat::Human => render::human::render(&report.check, folder, out)?,
        ValidateFormat::Markdown => render::markdown::render(&report.check, out)?,
        ValidateFormat::Github => render::github::render(&report.check, out)?,
    }
    if format != ValidateFormat::Github {
        writeln!(out)?;
    }
    match (&report.drift, format) {
        (Some(drift), ValidateFormat::Markdown) => render::drift::markdown::render(drift, out),
        (Some(drift), ValidateFormat::Github) => render::drift::github::render(drift, out),
        (Some(drift), _) => render::drift::human::render(drift, out),
        (None, _) => writeln!(out, "there is one source of the schema: nothing to compare"),
    }
}
