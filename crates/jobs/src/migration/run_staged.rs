//! `pgmason migration run-staged`: pending files stage by stage, with the project's checks between two of them.
//!
//! Which stage a run stands at is in the database: the stage of the last run, and what is still pending. The checks of a
//! stage are asked before the next one begins, so whoever goes on, from whatever machine, meets them.

use std::time::Duration;

use pgmason_core::migrations::stages::{Phase, Stage, USUAL_CHECKS, stages};
use pgmason_pg::ConnectionString;
use serde::Serialize;

use super::apply::{ApplyOptions, apply_folder, prepare};
use super::checks::{StageCheck, run_checks};
use super::database::{connect_options, read_history};
use super::folder::Folder;
use super::run_report::{FileOutcome, Refusal, RunReport};
use super::stake::at_stake;
use crate::JobError;
use crate::progress::{Event, Reporter};
use crate::project::Project;
use crate::source::Source;

/// The version of the JSON output. Raised when a field changes its meaning or goes.
pub const STAGED_SCHEMA_VERSION: u32 = 1;

/// How far to go.
#[derive(Clone, Copy, Debug, Default)]
pub struct StagedOptions {
    /// Go on behind the stage that an earlier run ended with.
    pub go_on: bool,
    /// Go on by itself while the checks hold.
    pub all: bool,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct StagedReport {
    pub schema_version: u32,
    pub target: String,
    pub dry_run: bool,
    /// What was pending, in stages.
    pub stages: Vec<Stage>,
    /// Those that ran.
    pub ran: Vec<StageRun>,
    /// Checks that kept the run from going on.
    pub stopped_by: Vec<StageCheck>,
    pub refusals: Vec<Refusal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct StageRun {
    pub name: String,
    pub run: RunReport,
    /// After it; none where the run stopped before they were asked.
    pub checks: Vec<StageCheck>,
}

pub fn run_staged(
    project: &Project,
    source: &Source,
    database: &ConnectionString,
    options: &ApplyOptions,
    staged: StagedOptions,
    reporter: Reporter<'_>,
) -> Result<StagedReport, JobError> {
    let folder = Folder::read(project, source)?;
    let mut report = StagedReport {
        schema_version: STAGED_SCHEMA_VERSION,
        target: database.to_string(),
        dry_run: options.dry_run,
        ..StagedReport::default()
    };
    let (mut pipeline, history) = read_history(database)?;
    let mut looked = RunReport::default();
    let ready = prepare(project, &folder, &history, options, &mut looked)?;
    report.refusals = looked.refusals;
    // Of all stages, before the first of them runs.
    report.refusals.extend(at_stake(&mut pipeline, &ready.planned, options)?);
    drop(pipeline);
    report.stages = stages(&ready.planned, &project.configuration.phases);
    let last = history.runs.iter().filter(|run| run.direction == "up").max_by_key(|run| run.id);
    let last = last.and_then(|run| run.stage.clone());
    if report.stages.is_empty() || !report.refusals.is_empty() || options.dry_run {
        return Ok(report);
    }
    if let Some(last) = &last {
        if !staged.go_on {
            report.refusals.push(Refusal {
                message: format!("a staged run stands behind the stage `{last}`"),
                hint: "go on with it: `pgmason migration run-staged --continue`".to_owned(),
                ..Refusal::default()
            });
            return Ok(report);
        }
        let checks = checks_of(project, database, &checks_named(&project.configuration.phases, last), reporter)?;
        report.stopped_by = checks.into_iter().filter(|check| !check.passed).collect();
        if !report.stopped_by.is_empty() {
            report.next = Some(GO_ON.to_owned());
            return Ok(report);
        }
    }
    let count = report.stages.len();
    for stage in report.stages.clone() {
        reporter(Event::Told(format!("stage {} of {count}: {}", stage.number, stage.name)));
        let run = apply_folder(project, &folder, database, &for_stage(options, &stage), reporter)?;
        let went_well = run.is_clean() && run.count(FileOutcome::NotRun) == 0;
        report.ran.push(StageRun { name: stage.name.clone(), run, checks: Vec::new() });
        let more = stage.number < count;
        if !went_well {
            report.next = Some(GO_ON.to_owned());
            break;
        }
        pause(stage.pause, reporter);
        let checks = checks_of(project, database, &stage.checks, reporter)?;
        report.stopped_by = checks.iter().filter(|check| !check.passed).cloned().collect();
        if let Some(ran) = report.ran.last_mut() {
            ran.checks = checks;
        }
        if more && (!staged.all || !report.stopped_by.is_empty()) {
            report.next = Some(GO_ON.to_owned());
            break;
        }
    }
    Ok(report)
}

const GO_ON: &str = "pgmason migration run-staged --continue";

impl StagedReport {
    pub fn is_clean(&self) -> bool {
        self.refusals.is_empty() && self.stopped_by.is_empty() && self.ran.iter().all(|ran| ran.run.is_clean())
    }
}

fn for_stage(options: &ApplyOptions, stage: &Stage) -> ApplyOptions {
    ApplyOptions {
        only: Some(stage.versions()),
        stage: Some(stage.name.clone()),
        lock_timeout: stage.lock_timeout.or(options.lock_timeout),
        statement_timeout: stage.statement_timeout.or(options.statement_timeout),
        ..options.clone()
    }
}

/// Of a stage that ran before; its name is its phase's or its risk's, with a number where it repeats.
fn checks_named(phases: &[Phase], stage: &str) -> Vec<String> {
    let phase = phases.iter().find(|phase| {
        let rest = stage.strip_prefix(phase.name.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.strip_prefix(' ').is_some_and(|n| n.parse::<u32>().is_ok()))
    });
    match phase {
        Some(phase) => phase.checks.clone(),
        None => USUAL_CHECKS.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn checks_of(
    project: &Project,
    database: &ConnectionString,
    names: &[String],
    reporter: Reporter<'_>,
) -> Result<Vec<StageCheck>, JobError> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    reporter(Event::Told(format!("checking {}", names.join(", "))));
    let mut client = pgmason_pg::connect(database, &connect_options())?;
    Ok(run_checks(&mut client, names, &project.configuration.checks))
}

fn pause(pause: Option<Duration>, reporter: Reporter<'_>) {
    if let Some(pause) = pause {
        reporter(Event::Told(format!("waiting {} s before the checks", pause.as_secs_f64())));
        std::thread::sleep(pause);
    }
}
