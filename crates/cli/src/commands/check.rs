//! `pgmason check`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use pgmason_core::rules;
use pgmason_jobs::check::{CheckOptions, CheckReport, check, write_known_findings};

use super::{Outcome, opening};
use crate::arguments::{CheckArguments, Format, OutputArguments};
use crate::error::CommandError;
use crate::render;
use crate::ui::{self, Progress};

pub(super) fn run(folder: &Path, arguments: &CheckArguments, progress: &Progress) -> Result<Outcome, CommandError> {
    for rule in &arguments.rule {
        if rules::find(rule).is_none() {
            return Err(CommandError::Usage {
                message: format!("no rule is called `{rule}`"),
                hint: Some("run `pgmason rules` to list them".to_owned()),
            });
        }
    }
    let mut project = opening::project(arguments.folder.as_deref().unwrap_or(folder))?;
    let source = opening::source(&arguments.source)?;
    if let Some(source) = &source {
        project = project.beside(source);
    }
    let options = CheckOptions {
        source,
        open: opening::open_options(&project, &arguments.scratch)?,
        database: arguments.db.as_deref().filter(|_| !arguments.files_only).map(opening::connection).transpose()?,
        files_only: arguments.files_only,
        only: arguments.rule.clone(),
        known_findings: arguments.baseline.clone(),
    };
    let mut report = check(&project, &options, &|event| progress.event(event))?;
    progress.finish();
    if let Some(path) = &arguments.write_baseline {
        write_known_findings(path, &report.findings)?;
        ui::note(&format!("{} findings written to {}", report.findings.len(), path.display()));
    }
    let fails = arguments.fail_on.level().is_some_and(|level| report.fails(level));
    if let Some(level) = arguments.level.level() {
        report.findings.retain(|finding| finding.level >= level);
    }
    write_output(&arguments.output, &|out| render(arguments.output.format(), &report, &project.folder, out))?;
    Ok(if fails && arguments.write_baseline.is_none() { Outcome::Findings } else { Outcome::Clean })
}

/// To the file that the arguments name, or to standard output.
pub(super) fn write_output(
    output: &OutputArguments,
    write: &dyn Fn(&mut dyn Write) -> std::io::Result<()>,
) -> std::io::Result<()> {
    write_to(output.output_file.as_deref(), write)
}

pub(super) fn write_to(
    file: Option<&Path>,
    write: &dyn Fn(&mut dyn Write) -> std::io::Result<()>,
) -> std::io::Result<()> {
    match file {
        Some(path) => {
            let mut out = BufWriter::new(File::create(path)?);
            write(&mut out)?;
            out.flush()
        }
        None => {
            let mut out = BufWriter::new(anstream::stdout().lock());
            write(&mut out)?;
            out.flush()
        }
    }
}

pub(super) fn render(format: Format, report: &CheckReport, folder: &Path, out: &mut dyn Write) -> std::io::Result<()> {
    match format {
        Format::Human => render::human::render(report, folder, out),
        Format::Json => render::json::render(report, out),
        Format::Sarif => render::sarif::render(report, out),
        Format::Github => render::github::render(report, out),
        Format::Gitlab => render::gitlab::render(report, out),
        Format::Junit => render::junit::render(report, out),
        Format::Markdown => render::markdown::render(report, out),
    }
}
