//! `start`, `complete` and `rollback`: the steps of a stage on the live database.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use pgmason_core::restructure::stage::seconds;
use pgmason_model::restructure::{Action, PlannedStage, StepUndo};
use pgmason_pg::ConnectionString;
use pgmason_pg::execute::{Executor, Settings as ExecuteSettings, refuse_transaction_pooler};
use pgmason_pg::restructure::{
    Phase, Progress, Rehearsal, RestructureError, Runner, Settings, StageRow, StepRow, StepState, Way, create, stages,
    steps,
};

use super::code::CodeReferences;
use super::derive::derive;
use super::gates;
use super::ground::{Ground, new_stage};
use super::live::{self, connect_options, reached_now};
use super::planning::{no_such_stage, plan_stage, refused};
use super::privileges;
use super::read::ReadFile;
use super::report::{RESTRUCTURE_REPORT_VERSION, Refusal, RunReport, StageRun, StepError, StepRun};
use crate::JobError;
use crate::migration::database::operator;
use crate::open::OpenOptions;
use crate::progress::{Event, Reporter};
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
    report.notes.extend(planned.operations.iter().flat_map(|operation| operation.notes.iter().cloned()));
    if options.dry_run {
        report.stages.push(preview(&planned, Phase::Start));
        report.seconds = began.elapsed().as_secs_f64();
        return Ok(report);
    }
    report.refusals.extend(stands_for(&planned, &begun)?);
    report.refusals.extend(privileges::refusals(work.runner.pipeline(), &live.catalog, &planned)?);
    if !report.refusals.is_empty() {
        return Ok(report);
    }
    create(work.runner.pipeline())?;
    let mut entered = new_stage(&file.name, &planned, &live.fingerprint)?;
    entered.file_sha256 = pgmason_core::migrations::fingerprint::sha256(&file.text);
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
    work.runner.enter(row.id, "rolling back", None)?;
    let (way, done) = if options.to_started { (Way::BackToStarted, "started") } else { (Way::Back, "rolled back") };
    let outcome = work.run(row, way);
    let phase = if outcome.is_ok() { done } else { "rolling back" };
    if outcome.is_ok() {
        let reached = reached_now(database)?;
        work.runner.enter(row.id, done, Some(&reached))?;
        if options.to_started {
            work.runner.guard()?;
        }
        work.runner.unguard()?;
    }
    work.tell(row, phase, outcome, &mut report)?;
    report.seconds = began.elapsed().as_secs_f64();
    Ok(report)
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

/// Tables that a view of another stage stands for: what hangs on the view would be in the way.
fn stands_for(planned: &PlannedStage, begun: &[StageRow]) -> Result<Option<Refusal>, JobError> {
    for row in begun.iter().filter(|row| row.phase == "started") {
        let standing = plan_of(row)?;
        for compatibility in standing.operations.iter().flat_map(|operation| &operation.compatibility) {
            let relations = planned.operations.iter().flat_map(|operation| &operation.relations);
            let met = relations
                .into_iter()
                .find(|relation| **relation == compatibility.view || **relation == compatibility.table);
            if let Some(met) = met {
                return Ok(Some(Refusal {
                    stage: Some(planned.name.clone()),
                    message: format!(
                        "stage {} has begun on {met}: {} is a view until its end",
                        row.stage, compatibility.view
                    ),
                    hint: format!("complete stage {} first", row.stage),
                }));
            }
        }
    }
    Ok(None)
}

/// The stage to start: the one that was interrupted, else the first that was not begun.
fn next_to_start<'f>(
    file: &'f ReadFile,
    begun: &[StageRow],
    wanted: Option<&str>,
) -> Result<Option<&'f pgmason_core::restructure::file::Stage>, JobError> {
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
        work.runner.unguard()?;
    }
    let reached = if outcome.is_ok() { done } else { at_work };
    work.tell(row, reached, outcome, &mut report)?;
    report.seconds = began.elapsed().as_secs_f64();
    Ok(report)
}

/// A session at work on a live database.
struct Work<'a> {
    runner: Runner,
    database: &'a ConnectionString,
    options: &'a RunOptions,
    reporter: Reporter<'a>,
}

impl<'a> Work<'a> {
    fn open(database: &'a ConnectionString, options: &'a RunOptions, reporter: Reporter<'a>) -> Result<Self, JobError> {
        let connect = connect_options();
        let mut executor = Executor::open(database, &connect, ExecuteSettings::default())?;
        refuse_transaction_pooler(executor.pipeline(), database, &connect)?;
        let usual = Settings::default();
        let settings = Settings {
            lock_timeout: options.lock_timeout.unwrap_or(usual.lock_timeout),
            patience: options.lock_wait.unwrap_or(usual.patience),
            ..usual
        };
        executor.lock(options.lock_wait.unwrap_or_default(), &mut |holder| {
            reporter(Event::Told(format!("waiting for another pgmason: {holder}")));
        })?;
        let mut runner = Runner::new(executor, settings);
        runner.rerun_unknown = options.rerun;
        Ok(Self { runner, database, options, reporter })
    }

    /// The plan that was rehearsed by this file against the schema as it is: against its fingerprint, or after a stage
    /// that led to it.
    fn rehearsed(
        &mut self,
        file: &ReadFile,
        stage: &str,
        fingerprint: &str,
        begun: &[StageRow],
    ) -> Result<Option<PlannedStage>, JobError> {
        let sha256 = pgmason_core::migrations::fingerprint::sha256(&file.text);
        let all = pgmason_pg::restructure::rehearsals(self.runner.pipeline(), &file.name)?;
        let stands_on = |base: &str| {
            if base == fingerprint {
                return true;
            }
            let led_here = |row: &StageRow| {
                let started_is_enough = row.phase != "started" || same_when_started(&all, &row.stage, &sha256);
                let reached = match row.phase.as_str() {
                    "completed" => row.fingerprint_completed.as_deref(),
                    _ => row.fingerprint_started.as_deref(),
                };
                row.phase != "rolled back" && started_is_enough && reached == Some(fingerprint)
            };
            begun.iter().any(|row| base == super::rehearse::after(&row.stage) && led_here(row))
        };
        let found = all.iter().find(|rehearsal| {
            rehearsal.stage == stage
                && rehearsal.passed
                && rehearsal.file_sha256 == sha256
                && stands_on(&rehearsal.fingerprint)
        });
        found
            .map(|rehearsal| {
                serde_json::from_str(&rehearsal.plan).map_err(|error| JobError::Database(error.to_string()))
            })
            .transpose()
    }

    /// What somebody else changed of the stage's own tables since it was left. What they changed elsewhere is a note.
    fn changed_by_others(
        &mut self,
        row: &StageRow,
        database: &ConnectionString,
        notes: &mut Vec<String>,
    ) -> Result<Option<Refusal>, JobError> {
        let Some(left) = row.objects.as_deref() else { return Ok(None) };
        let left: BTreeMap<String, String> =
            serde_json::from_str(left).map_err(|error| JobError::Database(error.to_string()))?;
        let now: BTreeMap<String, String> = serde_json::from_str(&reached_now(database)?.objects)
            .map_err(|error| JobError::Database(error.to_string()))?;
        let planned = plan_of(row)?;
        let relations: BTreeSet<String> =
            planned.operations.iter().flat_map(|operation| &operation.relations).map(ToString::to_string).collect();
        let (own, others) = changes(&left, &now)
            .into_iter()
            .partition::<Vec<String>, _>(|change| relations.iter().any(|relation| is_about(change, relation)));
        if !others.is_empty() {
            notes.push(format!("changed by others since then: {}", first_of(&others)));
        }
        if own.is_empty() || self.options.accept_changes {
            return Ok(None);
        }
        Ok(Some(Refusal {
            stage: Some(row.stage.clone()),
            message: format!("somebody else has changed its tables since then: {}", first_of(&own)),
            hint: "take that back, or go on with --accept-changes where it does no harm".to_owned(),
        }))
    }

    fn run(&mut self, row: &StageRow, way: Way) -> Result<(), RestructureError> {
        let reporter = self.reporter;
        self.runner.run(row.id, way, &mut |progress| {
            if let Some(event) = event_of(&progress) {
                reporter(event);
            }
        })
    }

    /// What the record says of every step, and of the one that failed.
    fn tell(
        &mut self,
        row: &StageRow,
        phase: &str,
        outcome: Result<(), RestructureError>,
        report: &mut RunReport,
    ) -> Result<(), JobError> {
        let error = outcome.err();
        if let Some(RestructureError::Execute(_) | RestructureError::State { .. }) = &error {
            return Err(error.map(JobError::from).unwrap_or(JobError::NeedsDatabase));
        }
        let hint = error.as_ref().map(RestructureError::hint).unwrap_or_default();
        let mut run = StageRun { stage: row.stage.clone(), phase: phase.to_owned(), steps: Vec::new() };
        let all = match steps(self.runner.pipeline(), row.id) {
            Ok(all) => all,
            // The connection is gone: what is known is that it is.
            Err(state) => return Err(error.unwrap_or(state).into()),
        };
        for step in all {
            let mut told = step_run(&step, &hint);
            if error.is_none() {
                // Of an earlier try: it was made good.
                told.error = None;
            }
            run.steps.push(told);
        }
        if let Some(error) = &error
            && run.steps.iter().all(|step| step.error.is_none())
        {
            run.steps.push(StepRun {
                title: "the stage".to_owned(),
                state: StepState::Pending.to_string(),
                error: Some(StepError { message: error.to_string(), sqlstate: None, hint: hint.clone() }),
                ..StepRun::default()
            });
        }
        report.stages.push(run);
        Ok(())
    }
}

/// `column public.emails.subject changed`.
fn changes(left: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> Vec<String> {
    let mut found = Vec::new();
    for (object, digest) in left {
        match now.get(object) {
            None => found.push(format!("{object} is gone")),
            Some(other) if other != digest => found.push(format!("{object} is another")),
            Some(_) => {}
        }
    }
    found.extend(now.keys().filter(|object| !left.contains_key(*object)).map(|object| format!("{object} is new")));
    found
}

/// True where the object is the relation, or a part of it. Functions and views that are called alike are not.
fn is_about(change: &str, relation: &str) -> bool {
    let Some((before, after)) = change.split_once(relation) else { return false };
    let kind = before.trim_end();
    let part = after.starts_with([' ', '.']);
    part && !matches!(kind, "function" | "view" | "materialized view") && !kind.contains('.')
}

fn first_of(changes: &[String]) -> String {
    const SHOWN: usize = 5;
    let mut text = changes.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if changes.len() > SHOWN {
        text.push_str(&format!(" and {} more", changes.len() - SHOWN));
    }
    text
}

/// The rehearsal saw that the schema of a stage is the same after its start and after its end.
fn same_when_started(all: &[Rehearsal], stage: &str, sha256: &str) -> bool {
    all.iter()
        .find(|rehearsal| rehearsal.stage == stage && rehearsal.passed && rehearsal.file_sha256 == sha256)
        .and_then(|rehearsal| serde_json::from_str::<serde_json::Value>(&rehearsal.report).ok())
        .is_some_and(|report| report["same_when_started"] == true)
}

fn step_run(step: &StepRow, hint: &str) -> StepRun {
    let error = step.error.as_deref().and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    StepRun {
        title: step.title.clone(),
        state: step.state.to_string(),
        seconds: matches!(step.state, StepState::Done | StepState::Undone).then_some(step.seconds).flatten(),
        lock_timeouts: step.lock_timeouts,
        rows: matches!(step.action, Action::Backfill(_)).then_some(step.rows_visited),
        error: error.map(|error| StepError {
            message: error["message"].as_str().unwrap_or_default().to_owned(),
            sqlstate: error["sqlstate"].as_str().map(str::to_owned),
            hint: hint.to_owned(),
        }),
        sql: Vec::new(),
    }
}

fn preview(planned: &PlannedStage, phase: Phase) -> StageRun {
    let steps = planned.operations.iter().flat_map(|operation| match phase {
        Phase::Start => &operation.start,
        Phase::Complete => &operation.complete,
    });
    StageRun {
        stage: planned.name.clone(),
        phase: "planned".to_owned(),
        steps: steps
            .map(|step| StepRun {
                title: step.title.clone(),
                state: StepState::Pending.to_string(),
                sql: sql_of(&step.action),
                ..StepRun::default()
            })
            .collect(),
    }
}

fn preview_back(row: &StageRow, all: &[StepRow]) -> StageRun {
    let done = all.iter().rev().filter(|step| !matches!(step.state, StepState::Pending | StepState::Undone));
    StageRun {
        stage: row.stage.clone(),
        phase: row.phase.clone(),
        steps: done
            .map(|step| StepRun {
                title: format!("take back: {}", step.title),
                state: step.state.to_string(),
                sql: match &step.undo {
                    StepUndo::Action(action) => sql_of(action),
                    StepUndo::Nothing => Vec::new(),
                    StepUndo::Impossible(reason) => vec![format!("-- cannot be taken back: {reason}")],
                },
                ..StepRun::default()
            })
            .collect(),
    }
}

/// What an action runs, as text for people.
pub(super) fn sql_of(action: &Action) -> Vec<String> {
    match action {
        Action::Transaction { locks, statements } => {
            let locks =
                locks.iter().map(|lock| format!("LOCK TABLE {} IN {} MODE", lock.relation, lock.mode.keyword()));
            locks.chain(statements.iter().cloned()).collect()
        }
        Action::Alone { statement, .. } => vec![statement.clone()],
        Action::Backfill(backfill) => {
            vec![format!("-- in batches along the key of {}\n{}", backfill.relation, backfill.write)]
        }
        Action::Check { query, .. } => vec![query.clone()],
    }
}

fn event_of(progress: &Progress<'_>) -> Option<Event> {
    Some(match progress {
        Progress::Step { title, place, of } => {
            Event::Restructuring { done: place - 1, total: *of, step: (*title).to_owned(), detail: String::new() }
        }
        Progress::Rows { title, visited, expected, per_second } => Event::Restructuring {
            done: 0,
            total: 0,
            step: (*title).to_owned(),
            detail: rows_in_words(*visited, *expected, *per_second),
        },
        Progress::Blocked { by } => Event::Told(format!("waiting: {}", by.describe())),
        Progress::LockTimeout { title, tries } if *tries == 1 || tries % 10 == 0 => {
            Event::Told(format!("{title}: no lock yet, {tries} tries"))
        }
        Progress::LockTimeout { .. } => return None,
        Progress::Throttled { why } => Event::Told(format!("waiting: {why}")),
        Progress::Notice(text) => Event::Told(text.clone()),
    })
}

fn rows_in_words(visited: i64, expected: f64, per_second: f64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let left = (expected - visited as f64).max(0.0);
    let time =
        if per_second > 0.0 && expected > 0.0 { format!(", {:.0} s left", left / per_second) } else { String::new() };
    format!("{visited} rows, {per_second:.0} rows/s{time}")
}
