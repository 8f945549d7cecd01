//! `pgmason diff`.

use std::io::{IsTerminal, Write};
use std::path::Path;

use pgmason_jobs::diff::{DiffReport, DifferenceOptions, diff};
use pgmason_jobs::drift::database_of;
use pgmason_jobs::project::Project;
use pgmason_jobs::snapshot::write;
use pgmason_jobs::source::Source;

use super::{Outcome, opening};
use crate::arguments::{DiffArguments, DiffFormat};
use crate::error::CommandError;
use crate::render;
use crate::ui::{self, Progress};

pub(super) fn run(folder: &Path, arguments: &DiffArguments, progress: &Progress) -> Result<Outcome, CommandError> {
    let project = opening::project(folder)?;
    let (from, to) = (from(&project, arguments)?, to(&project, arguments)?);
    let project = project.beside(&to);
    let project = project.beside(&from);
    let mut options = options(&project, arguments)?;
    let mut report = diff(&project, &from, &to, &options, &|event| progress.event(event))?;
    progress.finish();
    let renames = asked(&report)?;
    if !renames.is_empty() {
        options.renames.extend(renames);
        report = diff(&project, &from, &to, &options, &|event| progress.event(event))?;
        progress.finish();
    }
    let mut text = Vec::new();
    render(&report, arguments, &mut text)?;
    match &arguments.output_file {
        Some(path) => {
            write(path, &anstream::adapter::strip_bytes(&text).into_vec())?;
            ui::note(&format!("written to {}", path.display()));
        }
        None => anstream::stdout().lock().write_all(&text)?,
    }
    Ok(if report.is_clean() { Outcome::Clean } else { Outcome::Findings })
}

fn from(project: &Project, arguments: &DiffArguments) -> Result<Source, CommandError> {
    match (&arguments.from, &arguments.db) {
        (Some(text), _) => Ok(text.parse()?),
        (None, Some(url)) => Ok(Source::Database(opening::connection(url)?)),
        (None, None) => database_of(project)?.ok_or_else(|| CommandError::Usage {
            message: "diff needs something to start from".to_owned(),
            hint: Some(
                "name it: `pgmason diff --from db:postgres://user@host/database`, or `--from migrations:DIR`"
                    .to_owned(),
            ),
        }),
    }
}

fn to(project: &Project, arguments: &DiffArguments) -> Result<Source, CommandError> {
    match &arguments.to {
        Some(text) => Ok(text.parse()?),
        None => Ok(project.source()?),
    }
}

fn options(project: &Project, arguments: &DiffArguments) -> Result<DifferenceOptions, CommandError> {
    Ok(DifferenceOptions {
        open: opening::open_options(project, &arguments.scratch)?,
        allow: arguments.allow.iter().cloned().collect(),
        owners: arguments.owners,
        online: match (arguments.online, arguments.offline) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        },
        reorder_columns: arguments.reorder_columns,
        renames: opening::renames(&arguments.rename)?,
    })
}

/// On a terminal: whether what looks like a rename is one.
fn asked(report: &DiffReport) -> Result<Vec<(String, String)>, CommandError> {
    let mut renames = Vec::new();
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        return Ok(renames);
    }
    for rename in report.plan.possible_renames.iter().filter(|rename| rename.unambiguous) {
        let (old, new) = (rename.from.to_string(), rename.to.to_string());
        write!(anstream::stderr(), "was {} {old} renamed to {new}? [y/N] ", rename.from.kind.label())?;
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer)?;
        if matches!(answer.trim(), "y" | "Y" | "yes") {
            renames.push((old, new));
        }
    }
    Ok(renames)
}

fn render(report: &DiffReport, arguments: &DiffArguments, out: &mut dyn Write) -> Result<(), CommandError> {
    match arguments.format() {
        DiffFormat::Human => render::diff::render(report, arguments.explain, out)?,
        DiffFormat::Sql => render::diff_sql::render(report, out)?,
        DiffFormat::Markdown => render::diff_markdown::render(report, out)?,
        DiffFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, report).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
    }
    Ok(())
}
