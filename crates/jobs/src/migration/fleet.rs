//! The same migrations over many databases: several at once, each with a history of its own.
//!
//! Each database is its own record of how far it is, so a second run does what the first left.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::mpsc;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use pgmason_pg::ConnectionString;
use pgmason_pg::connect::ConnectError;
use serde::Serialize;

use super::apply::{ApplyOptions, apply_folder};
use super::folder::Folder;
use super::run_report::{FileOutcome, RunReport};
use super::status::status_of_folder;
use crate::JobError;
use crate::configuration::expand;
use crate::progress::{Event, Reporter, silent};
use crate::project::Project;
use crate::source::Source;

/// The version of the JSON output. Raised when a field changes its meaning or goes.
pub const FLEET_SCHEMA_VERSION: u32 = 1;

#[derive(Clone, Debug, Default, Serialize)]
pub struct FleetReport {
    pub schema_version: u32,
    pub databases: Vec<DatabaseRow>,
    pub seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct DatabaseRow {
    /// The database, its password redacted.
    pub target: String,
    pub outcome: DatabaseOutcome,
    /// Files that this run applied; of a status, all that are.
    pub applied: usize,
    pub pending: usize,
    pub seconds: f64,
    /// Why it failed or was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DatabaseOutcome {
    UpToDate,
    Applied,
    /// A dry run, or a status with something pending.
    Pending,
    Refused,
    Failed,
    /// No connection, no privilege.
    Unreachable,
    /// Too many others had failed.
    NotStarted,
}

/// How many at once, and when to stop.
#[derive(Clone, Copy, Debug)]
pub struct FleetOptions {
    pub jobs: usize,
    pub max_failures: usize,
}

impl Default for FleetOptions {
    fn default() -> Self {
        Self { jobs: 4, max_failures: 1 }
    }
}

/// Databases as they are named: a connection string, or a file with one on each line (`#` begins a comment).
pub fn targets(named: &[String]) -> Result<Vec<ConnectionString>, JobError> {
    let mut found = Vec::new();
    for text in named {
        if is_connection_string(text) {
            found.push(connection(text)?);
            continue;
        }
        let path = Path::new(text);
        let lines = std::fs::read_to_string(path).map_err(JobError::file("read", path))?;
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            found.push(connection(&expand_line(path, line)?)?);
        }
    }
    if found.is_empty() {
        return Err(JobError::NoTargets { named: named.to_vec() });
    }
    Ok(found)
}

/// `${NAME}` stands for a variable of the environment: a file in a repository holds no password.
fn expand_line(path: &Path, line: &str) -> Result<String, JobError> {
    expand(line, |name| std::env::var(name).ok())
        .map_err(|message| JobError::Configuration { path: path.to_owned(), message })
}

fn is_connection_string(text: &str) -> bool {
    text.contains("://") || text.contains('=')
}

fn connection(text: &str) -> Result<ConnectionString, JobError> {
    Ok(text.parse().map_err(ConnectError::from)?)
}

pub fn apply(
    project: &Project,
    source: &Source,
    targets: &[ConnectionString],
    options: &ApplyOptions,
    fleet: FleetOptions,
    reporter: Reporter<'_>,
) -> Result<FleetReport, JobError> {
    let folder = Folder::read(project, source)?;
    let one = |target: &ConnectionString| {
        apply_folder(project, &folder, target, options, &silent).map(|report| applied(&report))
    };
    let mut report = over_all(targets, fleet, &one, reporter);
    if report.databases.iter().any(|row| row.outcome.is_bad() || row.outcome == DatabaseOutcome::NotStarted) {
        report.next = Some("pgmason migration apply".to_owned());
    }
    Ok(report)
}

pub fn status(
    project: &Project,
    source: &Source,
    targets: &[ConnectionString],
    fleet: FleetOptions,
    reporter: Reporter<'_>,
) -> Result<FleetReport, JobError> {
    let folder = Folder::read(project, source)?;
    let one = |target: &ConnectionString| {
        let report = status_of_folder(project, &folder, target, false)?;
        let outcome = match (report.problems.is_empty(), report.pending) {
            (false, _) => DatabaseOutcome::Refused,
            (true, 0) => DatabaseOutcome::UpToDate,
            (true, _) => DatabaseOutcome::Pending,
        };
        let message = report.problems.first().map(|problem| problem.message.clone());
        Ok((outcome, report.applied, report.pending, message))
    };
    // Looking harms nobody, so nothing stops it.
    let fleet = FleetOptions { max_failures: usize::MAX, ..fleet };
    Ok(over_all(targets, fleet, &one, reporter))
}

impl DatabaseOutcome {
    pub fn is_bad(self) -> bool {
        matches!(self, Self::Refused | Self::Failed | Self::Unreachable)
    }
}

impl FleetReport {
    pub fn is_clean(&self) -> bool {
        self.databases.iter().all(|row| !row.outcome.is_bad() && row.outcome != DatabaseOutcome::NotStarted)
    }
}

type Summary = (DatabaseOutcome, usize, usize, Option<String>);

fn applied(report: &RunReport) -> Summary {
    let (applied, left) = (report.count(FileOutcome::Applied), report.count(FileOutcome::NotRun));
    if let Some(refusal) = report.refusals.first() {
        return (DatabaseOutcome::Refused, applied, left, Some(refusal.message.clone()));
    }
    if let Some(file) = report.failed() {
        let message = file.error.as_ref().map(|error| format!("{}:{} {}", file.path, error.line, error.message));
        return (DatabaseOutcome::Failed, applied, left + 1, message);
    }
    if let Some(hook) = report.hooks.iter().find(|hook| hook.exit_code != Some(0)) {
        return (
            DatabaseOutcome::Failed,
            applied,
            left,
            Some(format!("hook {}: `{}` failed", hook.when, hook.command)),
        );
    }
    if left > 0 && !report.dry_run {
        return (DatabaseOutcome::Failed, applied, left, report.notes.first().cloned());
    }
    let outcome = match (applied, left) {
        (0, 0) => DatabaseOutcome::UpToDate,
        (_, 0) => DatabaseOutcome::Applied,
        _ => DatabaseOutcome::Pending,
    };
    (outcome, applied, left, None)
}

fn over_all(
    targets: &[ConnectionString],
    fleet: FleetOptions,
    one: &(dyn Fn(&ConnectionString) -> Result<Summary, JobError> + Sync),
    reporter: Reporter<'_>,
) -> FleetReport {
    let started = Instant::now();
    let queue: Mutex<VecDeque<usize>> = Mutex::new((0..targets.len()).collect());
    let failures = Mutex::new(0_usize);
    let lock = |failures: &Mutex<usize>| *failures.lock().unwrap_or_else(PoisonError::into_inner);
    let mut rows: Vec<Option<DatabaseRow>> = vec![None; targets.len()];
    std::thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        for _ in 0..fleet.jobs.clamp(1, targets.len().max(1)) {
            let sender = sender.clone();
            let (queue, failures) = (&queue, &failures);
            scope.spawn(move || {
                loop {
                    if lock(failures) >= fleet.max_failures {
                        return;
                    }
                    let Some(place) = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front() else { return };
                    let row = row(&targets[place], one);
                    if row.outcome.is_bad() {
                        *failures.lock().unwrap_or_else(PoisonError::into_inner) += 1;
                    }
                    if sender.send((place, row)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let (mut done, mut failed) = (0, 0);
        for (place, row) in receiver {
            done += 1;
            failed += usize::from(row.outcome.is_bad());
            reporter(Event::Database { done, total: targets.len(), failed });
            rows[place] = Some(row);
        }
    });
    let databases = rows
        .into_iter()
        .zip(targets)
        .map(|(row, target)| {
            row.unwrap_or_else(|| DatabaseRow {
                target: target.to_string(),
                outcome: DatabaseOutcome::NotStarted,
                applied: 0,
                pending: 0,
                seconds: 0.0,
                message: None,
            })
        })
        .collect();
    FleetReport {
        schema_version: FLEET_SCHEMA_VERSION,
        databases,
        seconds: started.elapsed().as_secs_f64(),
        next: None,
    }
}

fn row(
    target: &ConnectionString,
    one: &(dyn Fn(&ConnectionString) -> Result<Summary, JobError> + Sync),
) -> DatabaseRow {
    let started = Instant::now();
    let (outcome, applied, pending, message) = match one(target) {
        Ok(summary) => summary,
        Err(error) => (DatabaseOutcome::Unreachable, 0, 0, Some(error.to_string())),
    };
    DatabaseRow {
        target: target.to_string(),
        outcome,
        applied,
        pending,
        seconds: started.elapsed().as_secs_f64(),
        message,
    }
}
