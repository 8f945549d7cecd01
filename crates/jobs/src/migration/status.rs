//! `pgmason migration status`: what a database has of the folder, who applied it, when, and how long it took.

use pgmason_pg::history::{self, History};
use pgmason_pg::{ConnectionString, Pipeline};
use serde::Serialize;

use super::comparison::{Comparison, Problem, State, compare, error_text};
use super::database::{archived_versions, foreign_history, keeper, read_history};
use super::folder::Folder;
use crate::JobError;
use crate::project::Project;
use crate::source::Source;

/// The version of the JSON output. Raised when a field changes its meaning or goes.
pub const STATUS_SCHEMA_VERSION: u32 = 1;

#[derive(Clone, Debug, Default, Serialize)]
pub struct StatusReport {
    pub schema_version: u32,
    /// The database, its password redacted.
    pub target: String,
    /// The history's table; none where the database has none.
    pub history: Option<String>,
    pub applied: usize,
    pub pending: usize,
    pub migrations: Vec<Row>,
    /// What needs a person.
    pub problems: Vec<ProblemRow>,
    /// Tables that were renamed.
    pub renames: Vec<Rename>,
    /// The slowest versions, each with its runs, the newest first; only when asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub slow: Vec<Slow>,
    /// The last days on which something was applied, the newest first; only when asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trend: Vec<Day>,
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub version: String,
    pub name: String,
    pub path: Option<String>,
    pub state: State,
    pub applied_at: Option<String>,
    pub applied_by: Option<String>,
    pub operator: Option<String>,
    pub seconds: Option<f64>,
    pub stage: Option<String>,
    /// It has a way back on record.
    pub undo: bool,
    /// Of the last run, where that failed.
    pub error: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct ProblemRow {
    #[serde(flatten)]
    pub problem: Problem,
    pub message: String,
    pub hint: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rename {
    pub old_name: String,
    pub new_name: String,
    pub status: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct Slow {
    pub version: String,
    pub name: String,
    /// Seconds of each run, the newest first.
    pub runs: Vec<SlowRun>,
}

#[derive(Clone, Debug, Serialize)]
pub struct SlowRun {
    pub direction: String,
    pub outcome: String,
    pub started_at: String,
    pub seconds: f64,
}

#[derive(Clone, Debug, Serialize)]
pub struct Day {
    pub day: String,
    pub files: i32,
    /// The median file of the day.
    pub middle_seconds: f64,
    pub longest_seconds: f64,
}

/// How many versions `--slow` shows.
const SLOWEST: i64 = 10;

pub fn status(
    project: &Project,
    source: &Source,
    database: &ConnectionString,
    slow: bool,
) -> Result<StatusReport, JobError> {
    status_of_folder(project, &Folder::read(project, source)?, database, slow)
}

/// The same with the folder at hand.
pub fn status_of_folder(
    project: &Project,
    folder: &Folder,
    database: &ConnectionString,
    slow: bool,
) -> Result<StatusReport, JobError> {
    let (mut pipeline, history) = read_history(database)?;
    let comparison = compare(folder, &history, &archived_versions(project, folder));
    let mut report = StatusReport {
        schema_version: STATUS_SCHEMA_VERSION,
        target: database.to_string(),
        history: history.keeper.map(|keeper| keeper.table().to_owned()),
        applied: comparison.count(State::Applied) + comparison.count(State::Edited),
        pending: comparison.pending().count(),
        migrations: rows(folder, &comparison),
        problems: comparison
            .problems
            .iter()
            .map(|problem| ProblemRow { problem: problem.clone(), message: problem.to_string(), hint: problem.hint() })
            .collect(),
        renames: history
            .renames
            .iter()
            .map(|rename| Rename {
                old_name: rename.old_name.clone(),
                new_name: rename.new_name.clone(),
                status: rename.status.clone(),
            })
            .collect(),
        ..StatusReport::default()
    };
    tell_of_foreign_history(project, folder, &mut pipeline, &history, &mut report)?;
    if slow && history.has_runs {
        add_slow_runs(&mut pipeline, &mut report)?;
    }
    Ok(report)
}

impl StatusReport {
    pub fn needs_a_person(&self) -> bool {
        !self.problems.is_empty()
    }
}

fn rows(folder: &Folder, comparison: &Comparison) -> Vec<Row> {
    comparison
        .entries
        .iter()
        .map(|entry| {
            let file = entry.file.map(|place| &folder.files.files[place]);
            let run = entry.run.as_ref();
            let applied = entry.applied.as_ref();
            let ran = run.filter(|run| run.direction != "down" && entry.applied.is_some());
            let name = file.map(|file| file.description.clone());
            Row {
                version: entry.version.clone(),
                name: name.or_else(|| applied.and_then(|applied| applied.name.clone())).unwrap_or_default(),
                path: file.map(|file| file.path.clone()),
                state: entry.state,
                applied_at: ran
                    .map(|run| run.started_at.clone())
                    .or_else(|| applied.and_then(|applied| applied.applied_at.clone())),
                applied_by: ran
                    .map(|run| run.run_by.clone())
                    .or_else(|| applied.and_then(|applied| applied.applied_by.clone())),
                operator: ran.and_then(|run| run.operator.clone()),
                seconds: ran.and_then(|run| run.seconds),
                stage: ran.and_then(|run| run.stage.clone()),
                undo: run.is_some_and(|run| run.undo.is_some()),
                error: run.filter(|run| run.outcome == "failed").and_then(|run| error_text(run, "message")),
            }
        })
        .collect()
}

fn tell_of_foreign_history(
    project: &Project,
    folder: &Folder,
    pipeline: &mut Pipeline,
    history: &History,
    report: &mut StatusReport,
) -> Result<(), JobError> {
    for table in foreign_history(pipeline, history)? {
        report.notes.push(format!(
            "another tool keeps this database's history, in {}.{}; `pgmason migration adopt` takes it over",
            table.schema, table.name
        ));
    }
    if history.keeper.is_none() && report.notes.is_empty() {
        let table = keeper(project, folder, history).table();
        report.notes.push(format!("the database has no history yet; the first `apply` makes {table}"));
    }
    Ok(())
}

fn add_slow_runs(pipeline: &mut Pipeline, report: &mut StatusReport) -> Result<(), JobError> {
    for run in history::slow_runs(pipeline, SLOWEST)? {
        let one = SlowRun {
            direction: run.direction,
            outcome: run.outcome,
            started_at: run.started_at,
            seconds: run.seconds,
        };
        match report.slow.last_mut().filter(|slow| slow.version == run.version) {
            Some(slow) => slow.runs.push(one),
            None => report.slow.push(Slow { version: run.version, name: run.name, runs: vec![one] }),
        }
    }
    report.trend = history::trend(pipeline)?
        .into_iter()
        .map(|day| Day { day: day.day, files: day.files, middle_seconds: day.middle, longest_seconds: day.longest })
        .collect();
    Ok(())
}
