//! `start`, `complete` and `rollback`: the steps of a stage on the live database.

use std::time::{Duration, Instant};

use pgmason_core::migrations::fingerprint::sha256;
use pgmason_core::restructure::file::Stage;
use pgmason_core::restructure::stage::seconds;
use pgmason_model::restructure::PlannedStage;
use pgmason_pg::ConnectionString;
use pgmason_pg::restructure::{Phase, RestructureError, StageRow, StepState, Way, create, stages, steps};

use super::code::CodeReferences;
use super::derive::derive;
use super::gates;
use super::ground::{Ground, new_stage};
use super::live::{self, reached_now};
use super::other_stages;
use super::planning::{no_such_stage, plan_stage, refused};
use super::privileges;
use super::read::ReadFile;
use super::report::{RESTRUCTURE_REPORT_VERSION, Refusal, RunReport};
use super::room;
use super::statement_use;
use super::told::{preview, preview_back};
use super::work::Work;
use crate::JobError;
use crate::migration::database::operator;
use crate::open::OpenOptions;
use crate::progress::Reporter;
use crate::project::Project;

/// How to run.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    pub open: OpenOptions,
    pub dry_run: bool,
    /// How long to wait for another pgmason, and to go on trying for locks.
    pub lock_wait: Option<Duration>,
    /// The longest that a try may keep others waiting.
    pub lock_timeout: Option<Duration>,
    /// Only this stage; else the next one that is due.
    pub stage: Option<String>,
    /// Start a stage that was not rehearsed against the schema as it is.
    pub unrehearsed: bool,
    /// Go on although the schema is not what the stage left.
    pub accept_changes: bool,
    /// Old names whose use does not keep a stage from being completed; `*` for all.
    pub accept_use: Vec<String>,
    /// Complete a stage that was not watched as long as its file says.
    pub no_soak: bool,
    /// Take back only the end of a stage, so that both names work again.
    pub to_started: bool,
    /// Run a statement again of which nobody knows whether it did its work.
    pub rerun: bool,
    /// Bytes that are free on the server's disk, where that is not to be looked for.
    pub free_disk: Option<i64>,
}

/// Starts the next stage, or goes on with one that was interrupted.
pub fn start(
    project: &Project,
    file: &ReadFile,
    database: &ConnectionString,
    options: &RunOptions,
    reporter: Reporter<'_>,
) -> Result<RunReport, JobError> {
    let began = Instant::now();
    let mut report = begin(file, database, options);
    let mut work = Work::open(database, options, reporter)?;
    let begun = stages(work.runner.pipeline(), Some(&file.name))?;
    let Some(stage) = next_to_start(file, &begun, options.stage.as_deref())? else {
        report.notes.push("every stage has been started".to_owned());
        return Ok(report);
    };
    if let Some(row) = begun.iter().find(|row| row.stage == stage.name && row.phase != "rolled back") {
        match row.phase.as_str() {
            "starting" => return go_on(work, row, Phase::Start, report, began),
            phase => {
                report.refusals.push(Refusal {
                    stage: Some(stage.name.clone()),
                    message: format!("it is {phase}"),
                    hint: format!("`pgmason restructure status {}` shows where it stands", file.name),
                });
                return Ok(report);
            }
        }
    }
    let live = live::read(database, reporter)?;
    let planned = match work.rehearsed(file, &stage.name, &live.fingerprint, &begun)? {
        Some(planned) => planned,
        None if options.unrehearsed => match plan_stage(stage, &live.catalog, &live.role, &live.in_use) {
            Ok(planned) if planned.operations.iter().all(|operation| operation.derived.is_none()) => planned,
            Ok(planned) => derive(&mut Ground::of_live(project, &live, &options.open, reporter)?, planned)?,
            Err(refusal) => {
                report.refusals.push(refused(Some(&stage.name), &refusal));
                return Ok(report);
            }
        },
        None => {
            report.refusals.push(Refusal {
                stage: Some(stage.name.clone()),
                message: "it was not rehearsed against the schema as it is now".to_owned(),
                hint: format!("`pgmason restructure rehearse {}`, or --unrehearsed", file.name),
            });
            return Ok(report);
        }
    };
    for note in planned.operations.iter().flat_map(|operation| &operation.notes) {
        // Operations on one table have much to say in common.
        if !report.notes.contains(note) {
            report.notes.push(note.clone());
        }
    }
    if options.dry_run {
        report.stages.push(preview(&planned, Phase::Start));
        report.seconds = began.elapsed().as_secs_f64();
        return Ok(report);
    }
    let everywhere = stages(work.runner.pipeline(), None)?;
    report.refusals.extend(other_stages::in_the_way_of_start(&file.name, &planned, &everywhere)?);
    report.refusals.extend(privileges::refusals(work.runner.pipeline(), &live.catalog, &planned)?);
    report.notes.extend(privileges::notes(work.runner.pipeline(), &planned)?);
    report.refusals.extend(room::refusals(
        work.runner.pipeline(),
        database,
        &planned,
        options.free_disk,
        &mut report.notes,
    )?);
    if !report.refusals.is_empty() {
        return Ok(report);
    }
    create(work.runner.pipeline())?;
    let mut entered = new_stage(&file.name, &planned, &live.fingerprint)?;
    entered.file_sha256 = sha256(&file.text);
    entered.operator = operator();
    entered.soak_seconds = stage.soak.as_deref().and_then(seconds).unwrap_or_default();
    let has_views = planned.operations.iter().any(|operation| !operation.compatibility.is_empty());
    if has_views && !work.runner.guard()? {
        report.notes.push(
            "this role may not make event triggers: nothing keeps others from DDL on the views that stand for tables"
                .to_owned(),
        );
    }
    let id = work.runner.begin(&entered)?;
    let row = StageRow { id, stage: stage.name.clone(), ..StageRow::default() };
    go_on(work, &row, Phase::Start, report, began)
}

/// Completes the first stage that is started, or goes on with one that was interrupted. `code`: places in the project
/// that use a name which changes.
pub fn complete(
    file: &ReadFile,
    database: &ConnectionString,
    code: &CodeReferences,
    options: &RunOptions,
    reporter: Reporter<'_>,
) -> Result<RunReport, JobError> {
    let began = Instant::now();
    let mut report = begin(file, database, options);
    let mut work = Work::open(database, options, reporter)?;
    let begun = stages(work.runner.pipeline(), Some(&file.name))?;
    let due = |row: &&StageRow| {
        options.stage.as_ref().is_none_or(|wanted| *wanted == row.stage)
            && matches!(row.phase.as_str(), "started" | "completing")
    };
    let Some(row) = begun.iter().find(due) else {
        report.refusals.push(Refusal {
            stage: options.stage.clone(),
            message: "no stage is started and waits to be completed".to_owned(),
            hint: format!("`pgmason restructure status {}` shows where each stands", file.name),
        });
        return Ok(report);
    };
    if row.phase == "started" {
        report.refusals.extend(work.changed_by_others(row, database, &mut report.notes)?);
        let live = live::read(database, reporter)?;
        let stage = file.file.stages.iter().find(|stage| stage.name == row.stage);
        report.refusals.extend(gates::refusals(work.runner.pipeline(), row, stage, &live, code, options)?);
        report.refusals.extend(privileges::refusals(work.runner.pipeline(), &live.catalog, &plan_of(row)?)?);
        if !report.refusals.is_empty() {
            return Ok(report);
        }
    }
    if options.dry_run {
        report.stages.push(preview(&plan_of(row)?, Phase::Complete));
        report.seconds = began.elapsed().as_secs_f64();
        return Ok(report);
    }
    work.runner.enter(row.id, "completing", None)?;
    go_on(work, row, Phase::Complete, report, began)
}

/// Takes the last stage back that was begun, from wherever it is.
pub fn rollback(
    file: &ReadFile,
    database: &ConnectionString,
    options: &RunOptions,
    reporter: Reporter<'_>,
) -> Result<RunReport, JobError> {
    let began = Instant::now();
    let mut report = begin(file, database, options);
    let mut work = Work::open(database, options, reporter)?;
    let begun = stages(work.runner.pipeline(), Some(&file.name))?;
    let standing: Vec<&StageRow> = begun.iter().filter(|row| row.phase != "rolled back").collect();
    let wanted = match &options.stage {
        Some(wanted) => standing.iter().position(|row| row.stage == *wanted),
        None => standing.len().checked_sub(1),
    };
    let Some(place) = wanted else {
        report.refusals.push(Refusal {
            stage: options.stage.clone(),
            message: "no stage is there to be taken back".to_owned(),
            hint: format!("`pgmason restructure status {}` shows where each stands", file.name),
        });
        return Ok(report);
    };
    if let Some(later) = standing.get(place + 1) {
        report.refusals.push(Refusal {
            stage: Some(standing[place].stage.clone()),
            message: format!("stage {} was begun after it", later.stage),
            hint: format!(
                "take that one back first: `pgmason restructure rollback {} --stage {}`",
                file.name, later.stage
            ),
        });
        return Ok(report);
    }
    let row = standing[place];
    let everywhere = stages(work.runner.pipeline(), None)?;
    if let Some(refusal) = other_stages::in_the_way_of_rollback(row, &everywhere)? {
        report.refusals.push(refusal);
        return Ok(report);
    }
    if options.to_started && !matches!(row.phase.as_str(), "completed" | "completing" | "rolling back") {
        report.refusals.push(Refusal {
            stage: Some(row.stage.clone()),
            message: format!("it is {}: both names work", row.phase),
            hint: "leave out --to-started".to_owned(),
        });
        return Ok(report);
    }
    if matches!(row.phase.as_str(), "started" | "completed") {
        report.refusals.extend(work.changed_by_others(row, database, &mut report.notes)?);
        let live = live::read(database, reporter)?;
        report.refusals.extend(privileges::refusals(work.runner.pipeline(), &live.catalog, &plan_of(row)?)?);
        if !report.refusals.is_empty() {
            return Ok(report);
        }
    }
    if options.dry_run {
        let all = steps(work.runner.pipeline(), row.id)?;
        report.stages.push(preview_back(row, &all));
        report.seconds = began.elapsed().as_secs_f64();
        return Ok(report);
    }
    let before = states(&mut work, row.id)?;
    work.runner.enter(row.id, "rolling back", None)?;
    let (way, done) = if options.to_started { (Way::BackToStarted, "started") } else { (Way::Back, "rolled back") };
    let outcome = work.run(row, way);
    // What was seen first kept it from beginning: the stage stays what it was, and may be completed too.
    let stays = outcome.as_ref().is_err_and(|error| matches!(error, RestructureError::Check { .. }))
        && matches!(row.phase.as_str(), "started" | "completed")
        && states(&mut work, row.id)? == before;
    if stays {
        work.runner.stay_in(row.id, &row.phase)?;
    }
    let phase = match outcome {
        Ok(()) => done,
        Err(_) if stays => row.phase.as_str(),
        Err(_) => "rolling back",
    };
    if outcome.is_ok() {
        let reached = reached_now(database)?;
        work.runner.enter(row.id, done, Some(&reached))?;
        if options.to_started {
            keep_statements(&mut work, row.id)?;
            work.runner.guard()?;
        }
        work.runner.unguard()?;
    }
    work.tell(row, phase, outcome, &mut report)?;
    report.seconds = began.elapsed().as_secs_f64();
    Ok(report)
}

fn states(work: &mut Work<'_>, stage: i64) -> Result<Vec<StepState>, JobError> {
    Ok(steps(work.runner.pipeline(), stage)?.into_iter().map(|step| step.state).collect())
}

fn begin(file: &ReadFile, database: &ConnectionString, options: &RunOptions) -> RunReport {
    RunReport {
        schema_version: RESTRUCTURE_REPORT_VERSION,
        restructure: file.name.clone(),
        database: database.to_string(),
        dry_run: options.dry_run,
        ..RunReport::default()
    }
}

/// The stage to start: the one that was interrupted, else the first that was not begun.
fn next_to_start<'f>(
    file: &'f ReadFile,
    begun: &[StageRow],
    wanted: Option<&str>,
) -> Result<Option<&'f Stage>, JobError> {
    if let Some(wanted) = wanted {
        let found = file.file.stages.iter().find(|stage| stage.name == wanted);
        return found.map(Some).ok_or_else(|| no_such_stage(file, wanted));
    }
    let state = |name: &str| {
        begun.iter().rev().find(|row| row.stage == name && row.phase != "rolled back").map(|row| row.phase.as_str())
    };
    Ok(file.file.stages.iter().find(|stage| matches!(state(&stage.name), None | Some("starting"))))
}

pub(super) fn plan_of(row: &StageRow) -> Result<PlannedStage, JobError> {
    serde_json::from_str(&row.plan).map_err(|error| JobError::Database(error.to_string()))
}

/// What statements were called before anybody was told of the new names is no evidence.
fn keep_statements(work: &mut Work<'_>, stage: i64) -> Result<(), JobError> {
    let begun = stages(work.runner.pipeline(), None)?;
    let Some(row) = begun.iter().find(|row| row.id == stage) else { return Ok(()) };
    let planned = plan_of(row)?;
    statement_use::keep(work.runner.pipeline(), stage, &planned);
    Ok(())
}

fn go_on(
    mut work: Work<'_>,
    row: &StageRow,
    phase: Phase,
    mut report: RunReport,
    began: Instant,
) -> Result<RunReport, JobError> {
    let outcome = work.run(row, Way::Forth(phase));
    let (at_work, done) = match phase {
        Phase::Start => ("starting", "started"),
        Phase::Complete => ("completing", "completed"),
    };
    if outcome.is_ok() {
        // The fingerprint tells later whether somebody else changed something.
        let reached = reached_now(work.database)?;
        work.runner.enter(row.id, done, Some(&reached))?;
        if phase == Phase::Start {
            keep_statements(&mut work, row.id)?;
        }
        work.runner.unguard()?;
    }
    let reached = if outcome.is_ok() { done } else { at_work };
    work.tell(row, reached, outcome, &mut report)?;
    report.seconds = began.elapsed().as_secs_f64();
    Ok(report)
}
