//! The state of restructurings, in `pgmason.restructure_*` of the database that they change.

use std::fmt;

use pgmason_model::restructure::{Action, StepUndo};
use tokio_postgres::types::Type;

use super::{RestructureError, state_error};
use crate::Pipeline;
use crate::history::{self, Keeper};
use crate::pipeline::Message;

/// Which half of a stage a step belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    Start,
    Complete,
}

impl Phase {
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Complete => "complete",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    Pending,
    Begun,
    Done,
    Undoing,
    Undone,
}

impl StepState {
    const ALL: [Self; 5] = [Self::Pending, Self::Begun, Self::Done, Self::Undoing, Self::Undone];

    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Begun => "begun",
            Self::Done => "done",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
        }
    }
}

impl fmt::Display for StepState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A stage that was begun.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StageRow {
    pub id: i64,
    pub restructure: String,
    pub stage: String,
    pub title: String,
    /// `starting`, `started`, `completing`, `completed`, `rolling back` or `rolled back`.
    pub phase: String,
    pub file_sha256: String,
    pub fingerprint_before: String,
    pub fingerprint_started: Option<String>,
    pub fingerprint_completed: Option<String>,
    pub soak_seconds: f64,
    /// `PlannedStage` as JSON.
    pub plan: String,
    /// Object → digest as JSON, of the schema that its last phase led to.
    pub objects: Option<String>,
    pub run_by: String,
    pub operator: Option<String>,
    /// ISO 8601, UTC.
    pub began_at: String,
    /// Seconds ago, by the server's clock.
    pub began_ago: f64,
    pub started_ago: Option<f64>,
    pub completed_ago: Option<f64>,
}

/// The schema that a phase led to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    pub fingerprint: String,
    /// Object → digest, as JSON.
    pub objects: String,
}

/// A step of such a stage.
#[derive(Clone, Debug, PartialEq)]
pub struct StepRow {
    pub phase: Phase,
    pub number: i32,
    /// The place of its operation in the stage, from 0.
    pub operation: i32,
    pub title: String,
    pub action: Action,
    pub undo: StepUndo,
    pub state: StepState,
    pub checkpoint: Option<Vec<String>>,
    pub upper_bound: Option<Vec<String>>,
    pub rows_expected: Option<f64>,
    pub rows_visited: i64,
    pub rows_written: i64,
    pub lock_timeouts: i32,
    /// JSON: message, sqlstate.
    pub error: Option<String>,
    pub seconds: Option<f64>,
}

/// A stage to be begun.
#[derive(Clone, Debug, Default)]
pub struct NewStage {
    pub restructure: String,
    pub stage: String,
    pub title: String,
    pub file_sha256: String,
    pub fingerprint: String,
    pub soak_seconds: f64,
    pub plan: String,
    pub operator: Option<String>,
    pub steps: Vec<NewStep>,
}

#[derive(Clone, Debug, serde::Serialize)]
pub struct NewStep {
    pub phase: &'static str,
    pub number: i32,
    pub operation: i32,
    pub title: String,
    pub action: Action,
    pub undo: StepUndo,
}

/// A rehearsal as it is kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rehearsal {
    pub restructure: String,
    pub stage: String,
    pub file_sha256: String,
    pub fingerprint: String,
    pub passed: bool,
    /// `PlannedStage` as JSON.
    pub plan: String,
    pub report: String,
}

/// True where the tables are there.
pub fn is_there(pipeline: &mut Pipeline) -> Result<bool, RestructureError> {
    let rows = pipeline
        .query("SELECT pg_catalog.to_regclass('pgmason.restructure_samples') IS NOT NULL", &[])
        .map_err(|error| state_error(&error))?;
    Ok(rows.first().is_some_and(|row| row.get(0)))
}

/// Makes the tables that are missing. To be called under the migration lock.
pub fn create(pipeline: &mut Pipeline) -> Result<(), RestructureError> {
    if is_there(pipeline)? {
        return Ok(());
    }
    let known = history::read(pipeline).map_err(crate::execute::ExecuteError::from)?;
    history::create(pipeline, &known, Keeper::Pgmason).map_err(crate::execute::ExecuteError::from)?;
    let script = format!("BEGIN READ WRITE; {}; COMMIT", include_str!("create.sql"));
    pipeline.run(Message::Simple(&script)).map_err(|error| {
        drop(pipeline.run(Message::Simple("ROLLBACK")));
        RestructureError::State { message: error.message, sqlstate: error.sqlstate }
    })?;
    pipeline.take_notices();
    Ok(())
}

/// The event trigger that refuses DDL aimed at views that stand for tables. False: the role may not make one, which
/// takes a superuser before PostgreSQL 18, or a platform that lets others.
pub(super) fn guard(pipeline: &mut Pipeline) -> Result<bool, RestructureError> {
    const IS_THERE: &str = "SELECT EXISTS (SELECT FROM pg_catalog.pg_event_trigger WHERE evtname = 'pgmason_guard')";
    let rows = pipeline.query(IS_THERE, &[]).map_err(|error| state_error(&error))?;
    if rows.first().is_some_and(|row| row.get(0)) {
        return Ok(true);
    }
    let create = "SET pgmason.restructuring = 'on'; \
                  CREATE EVENT TRIGGER pgmason_guard ON ddl_command_end EXECUTE FUNCTION pgmason.restructure_guard(); \
                  RESET pgmason.restructuring";
    match pipeline.run(Message::Simple(create)) {
        Ok(()) => Ok(true),
        Err(error) if error.sqlstate.as_deref() == Some("42501") => Ok(false),
        Err(error) => Err(RestructureError::State { message: error.message, sqlstate: error.sqlstate }),
    }
}

/// Where no view stands for a table any more, the event trigger goes.
pub(super) fn unguard(pipeline: &mut Pipeline) -> Result<(), RestructureError> {
    const LEFT: &str = "SELECT EXISTS (SELECT FROM pgmason.restructure_guarded)";
    let rows = pipeline.query(LEFT, &[]).map_err(|error| state_error(&error))?;
    if rows.first().is_some_and(|row| row.get(0)) {
        return Ok(());
    }
    pipeline
        .run(Message::Simple("DROP EVENT TRIGGER IF EXISTS pgmason_guard"))
        .map_err(|error| RestructureError::State { message: error.message, sqlstate: error.sqlstate })?;
    pipeline.take_notices();
    Ok(())
}

/// Stages that were begun, the oldest first. None: of all restructurings.
pub fn stages(pipeline: &mut Pipeline, restructure: Option<&str>) -> Result<Vec<StageRow>, RestructureError> {
    if !is_there(pipeline)? {
        return Ok(Vec::new());
    }
    let rows = pipeline
        .query(include_str!("stages.sql"), &[(&restructure, Type::TEXT)])
        .map_err(|error| state_error(&error))?;
    Ok(rows
        .iter()
        .map(|row| StageRow {
            id: row.get("id"),
            restructure: row.get("restructure"),
            stage: row.get("stage"),
            title: row.get("title"),
            phase: row.get("phase"),
            file_sha256: row.get("file_sha256"),
            fingerprint_before: row.get("fingerprint_before"),
            fingerprint_started: row.get("fingerprint_started"),
            fingerprint_completed: row.get("fingerprint_completed"),
            soak_seconds: row.get("soak_seconds"),
            plan: row.get("plan"),
            objects: row.get("objects"),
            run_by: row.get("run_by"),
            operator: row.get("operator"),
            began_at: row.get("began_at"),
            began_ago: row.get("began_ago"),
            started_ago: row.get("started_ago"),
            completed_ago: row.get("completed_ago"),
        })
        .collect())
}

/// The steps of a stage, in the order in which they run.
pub fn steps(pipeline: &mut Pipeline, stage: i64) -> Result<Vec<StepRow>, RestructureError> {
    let rows =
        pipeline.query(include_str!("steps.sql"), &[(&stage, Type::INT8)]).map_err(|error| state_error(&error))?;
    rows.iter()
        .map(|row| {
            let json = |column: &str| -> String { row.get(column) };
            let unreadable =
                |error: serde_json::Error| RestructureError::State { message: error.to_string(), sqlstate: None };
            let state: String = row.get("state");
            let phase: String = row.get("phase");
            Ok(StepRow {
                phase: if phase == "complete" { Phase::Complete } else { Phase::Start },
                number: row.get("number"),
                operation: row.get("operation"),
                title: row.get("title"),
                action: serde_json::from_str(&json("action")).map_err(unreadable)?,
                undo: serde_json::from_str(&json("undo")).map_err(unreadable)?,
                state: StepState::ALL.into_iter().find(|known| known.name() == state).unwrap_or(StepState::Begun),
                checkpoint: row.get("checkpoint"),
                upper_bound: row.get("upper_bound"),
                rows_expected: row.get("rows_expected"),
                rows_visited: row.get("rows_visited"),
                rows_written: row.get("rows_written"),
                lock_timeouts: row.get("lock_timeouts"),
                error: row.get("error"),
                seconds: row.get("seconds"),
            })
        })
        .collect()
}

/// Enters a stage with its steps, none of them run. Gives its number.
pub(super) fn begin_stage(pipeline: &mut Pipeline, stage: &NewStage) -> Result<i64, RestructureError> {
    let steps = serde_json::to_string(&stage.steps)
        .map_err(|error| RestructureError::State { message: error.to_string(), sqlstate: None })?;
    let version = env!("CARGO_PKG_VERSION");
    let rows = pipeline
        .query(
            include_str!("begin_stage.sql"),
            &[
                (&stage.restructure, Type::TEXT),
                (&stage.stage, Type::TEXT),
                (&stage.title, Type::TEXT),
                (&stage.file_sha256, Type::TEXT),
                (&stage.fingerprint, Type::TEXT),
                (&stage.soak_seconds, Type::FLOAT8),
                (&stage.plan, Type::TEXT),
                (&stage.operator, Type::TEXT),
                (&version, Type::TEXT),
                (&steps, Type::TEXT),
            ],
        )
        .map_err(|error| state_error(&error))?;
    Ok(rows.first().map_or(0, |row| row.get(0)))
}

pub(super) fn move_stage(
    pipeline: &mut Pipeline,
    stage: i64,
    phase: &str,
    reached: Option<&Reached>,
) -> Result<(), RestructureError> {
    let fingerprint = reached.map(|reached| reached.fingerprint.as_str());
    let objects = reached.map(|reached| reached.objects.as_str());
    pipeline
        .run(Message::Bound(
            include_str!("move_stage.sql"),
            &[(&stage, Type::INT8), (&phase, Type::TEXT), (&fingerprint, Type::TEXT), (&objects, Type::TEXT)],
        ))
        .map_err(|error| RestructureError::State { message: error.message, sqlstate: error.sqlstate })
}

pub(super) fn stay_in(pipeline: &mut Pipeline, stage: i64, phase: &str) -> Result<(), RestructureError> {
    const SQL: &str = "UPDATE pgmason.restructure_stages SET phase = $2 WHERE id = $1";
    pipeline
        .run(Message::Bound(SQL, &[(&stage, Type::INT8), (&phase, Type::TEXT)]))
        .map_err(|error| RestructureError::State { message: error.message, sqlstate: error.sqlstate })
}

pub(super) const STEP_STATE: &str = include_str!("step_state.sql");

pub fn enter_rehearsal(pipeline: &mut Pipeline, rehearsal: &Rehearsal) -> Result<(), RestructureError> {
    const SQL: &str = include_str!("enter_rehearsal.sql");
    pipeline
        .run(Message::Bound(
            SQL,
            &[
                (&rehearsal.restructure, Type::TEXT),
                (&rehearsal.stage, Type::TEXT),
                (&rehearsal.file_sha256, Type::TEXT),
                (&rehearsal.fingerprint, Type::TEXT),
                (&rehearsal.passed, Type::BOOL),
                (&rehearsal.plan, Type::TEXT),
                (&rehearsal.report, Type::TEXT),
            ],
        ))
        .map_err(|error| RestructureError::State { message: error.message, sqlstate: error.sqlstate })
}

/// The rehearsals of a restructuring, the latest first.
pub fn rehearsals(pipeline: &mut Pipeline, restructure: &str) -> Result<Vec<Rehearsal>, RestructureError> {
    if !is_there(pipeline)? {
        return Ok(Vec::new());
    }
    const SQL: &str = include_str!("rehearsals.sql");
    let rows = pipeline.query(SQL, &[(&restructure, Type::TEXT)]).map_err(|error| state_error(&error))?;
    Ok(rows
        .iter()
        .map(|row| Rehearsal {
            restructure: restructure.to_owned(),
            stage: row.get("stage"),
            file_sha256: row.get("file_sha256"),
            fingerprint: row.get("fingerprint"),
            passed: row.get("passed"),
            plan: row.get("plan"),
            report: row.get("report"),
        })
        .collect())
}

/// Keeps how often a name has been used by now.
pub fn sample(pipeline: &mut Pipeline, stage: i64, name: &str, uses: i64) -> Result<(), RestructureError> {
    const SQL: &str = include_str!("sample.sql");
    pipeline
        .run(Message::Bound(SQL, &[(&stage, Type::INT8), (&name, Type::TEXT), (&uses, Type::INT8)]))
        .map_err(|error| RestructureError::State { message: error.message, sqlstate: error.sqlstate })
}

/// (seconds ago, uses by then) of a name, the latest first.
pub fn samples(pipeline: &mut Pipeline, stage: i64, name: &str) -> Result<Vec<(f64, i64)>, RestructureError> {
    const SQL: &str = include_str!("samples.sql");
    let rows =
        pipeline.query(SQL, &[(&stage, Type::INT8), (&name, Type::TEXT)]).map_err(|error| state_error(&error))?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}
