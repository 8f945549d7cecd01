//! One file per command: read the arguments, call one job, render its report.

mod align;
mod check;
mod completions;
mod confirm;
mod demo;
mod diff;
mod doctor;
mod drift;
mod explain;
mod generate;
mod init;
mod man;
mod migration;
mod opening;
mod reference;
mod references;
mod restructure;
mod rules;
mod schema;
mod snapshot;
mod tables;

use std::io::{self, Write};
use std::process::ExitCode;

use serde::Serialize;

use crate::arguments::{Arguments, Command};
use crate::error::CommandError;
use crate::ui::Progress;

/// How a command that did its work ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Clean,
    /// Findings, drift, or a refusal.
    Findings,
    /// The report says what failed.
    Failed,
}

impl Outcome {
    pub(crate) fn exit_code(self) -> ExitCode {
        match self {
            Self::Clean => ExitCode::SUCCESS,
            Self::Findings => ExitCode::from(1),
            Self::Failed => ExitCode::from(2),
        }
    }
}

pub(crate) fn run(arguments: Arguments) -> Result<Outcome, CommandError> {
    let progress = Progress::new(arguments.quiet);
    let folder = arguments.project.as_path();
    match arguments.command {
        Command::Check(arguments) => check::run(folder, &arguments, &progress),
        Command::Drift(arguments) => drift::run(folder, &arguments, &progress),
        Command::Align(arguments) => align::run(folder, &arguments, &progress),
        Command::Tables(arguments) => tables::run(folder, &arguments, &progress),
        Command::Migration(arguments) => migration::run(folder, &arguments, &progress),
        Command::Restructure(arguments) => restructure::run(folder, &arguments, &progress),
        Command::References(arguments) => references::run(folder, &arguments, &progress),
        Command::Generate(arguments) => generate::run(folder, &arguments, &progress),
        Command::Diff(arguments) => diff::run(folder, &arguments, &progress),
        Command::Schema(arguments) => schema::run(folder, &arguments, &progress),
        Command::Snapshot(arguments) => snapshot::run(folder, &arguments, &progress),
        Command::Explain { rule } => explain::run(&rule),
        Command::Rules(arguments) => rules::run(folder, &arguments),
        Command::Init(arguments) => init::run(folder, &arguments, &progress),
        Command::Doctor(arguments) => doctor::run(folder, &arguments, &progress),
        Command::Demo { scratch } => demo::run(&scratch, &progress),
        Command::Completions { shell } => completions::run(shell),
        Command::Man => man::run(),
        Command::Reference { page } => reference::run(page),
    }
}

/// A report as JSON, or as its renderer writes it for people.
fn print<T: Serialize>(
    json: bool,
    report: &T,
    out: &mut dyn Write,
    human: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    if json {
        serde_json::to_writer_pretty(&mut *out, report)?;
        return writeln!(out);
    }
    human(out)
}
