//! `pgmason restructure status`: where each stage stands, how its views are, and who uses the old names.

use pgmason_model::restructure::{Action, PlannedStage};
use pgmason_pg::restructure::{Phase, StageRow, StepRow, StepState, problems_of_views, stages, steps};
use pgmason_pg::{ConnectionString, Pipeline};
use serde::Serialize;

use super::code::CodeReferences;
use super::evidence::{self, Evidence};
use super::live::{self, connect_options};
use super::read::ReadFile;
use super::report::RESTRUCTURE_REPORT_VERSION;
use super::running::plan_of;
use crate::JobError;
use crate::progress::Reporter;

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StatusReport {
    pub schema_version: u32,
    pub restructure: String,
    pub database: String,
    /// Every stage of the file, and those that only the database knows.
    pub stages: Vec<StageStatus>,
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StageStatus {
    pub stage: String,
    pub title: String,
    /// `not begun`, `starting`, `started`, `completing`, `completed`, `rolling back`.
    pub phase: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_seconds_ago: Option<f64>,
    /// Left of the time that it is to be watched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub soak_seconds_left: Option<f64>,
    pub operations: Vec<OperationStatus>,
    pub backfills: Vec<BackfillStatus>,
    pub evidence: Vec<Evidence>,
    /// What is wrong with views that stand for tables.
    pub problems: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct OperationStatus {
    pub title: String,
    pub steps_done: usize,
    pub steps: usize,
    /// The error of the last step that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct BackfillStatus {
    pub title: String,
    pub state: String,
    pub rows: i64,
    pub rows_expected: f64,
    pub rows_per_second: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds_left: Option<f64>,
}

impl StatusReport {
    /// Nothing is half done, and no view is wrong.
    pub fn is_clean(&self) -> bool {
        self.stages.iter().all(|stage| {
            stage.problems.is_empty() && !matches!(stage.phase.as_str(), "starting" | "completing" | "rolling back")
        })
    }
}

pub fn status(
    file: &ReadFile,
    database: &ConnectionString,
    code: &CodeReferences,
    reporter: Reporter<'_>,
) -> Result<StatusReport, JobError> {
    let mut report = StatusReport {
        schema_version: RESTRUCTURE_REPORT_VERSION,
        restructure: file.name.clone(),
        database: database.to_string(),
        ..StatusReport::default()
    };
    let live = live::read(database, reporter)?;
    let mut pipeline = Pipeline::connect(database, &connect_options())?;
    let begun = stages(&mut pipeline, Some(&file.name))?;
    let standing = |name: &str| begun.iter().rev().find(|row| row.stage == name && row.phase != "rolled back");
    for stage in &file.file.stages {
        let title = stage.title.clone().unwrap_or_else(|| stage.name.clone());
        match standing(&stage.name) {
            Some(row) => report.stages.push(of_row(&mut pipeline, row, &live, code)?),
            None => report.stages.push(StageStatus {
                stage: stage.name.clone(),
                title,
                phase: "not begun".to_owned(),
                ..StageStatus::default()
            }),
        }
    }
    for row in &begun {
        let is_known = file.file.stages.iter().any(|stage| stage.name == row.stage);
        if !is_known && row.phase != "rolled back" {
            report.notes.push(format!("stage {} was begun, and is not in the file any more", row.stage));
            report.stages.push(of_row(&mut pipeline, row, &live, code)?);
        }
    }
    Ok(report)
}

fn of_row(
    pipeline: &mut Pipeline,
    row: &StageRow,
    live: &live::Live,
    code: &CodeReferences,
) -> Result<StageStatus, JobError> {
    let planned = plan_of(row)?;
    let all = steps(pipeline, row.id)?;
    let mut status = StageStatus {
        stage: row.stage.clone(),
        title: row.title.clone(),
        phase: row.phase.clone(),
        started_seconds_ago: row.started_ago,
        ..StageStatus::default()
    };
    if row.phase == "started" {
        status.soak_seconds_left = Some((row.soak_seconds - row.started_ago.unwrap_or(0.0)).max(0.0));
        status.evidence = evidence::gather(pipeline, row, &planned, live, code, false)?;
        status.problems = problems(pipeline, &planned)?;
    }
    status.operations = operations(&planned, &all);
    status.backfills = all.iter().filter_map(backfill).collect();
    Ok(status)
}

/// What is wrong with the views of a stage.
pub(super) fn problems(pipeline: &mut Pipeline, planned: &PlannedStage) -> Result<Vec<String>, JobError> {
    let views: Vec<(String, String)> = planned
        .operations
        .iter()
        .flat_map(|operation| &operation.compatibility)
        .map(|compatibility| (compatibility.view.to_string(), compatibility.table.to_string()))
        .collect();
    if views.is_empty() {
        return Ok(Vec::new());
    }
    let found = problems_of_views(pipeline, &views)?;
    Ok(found.into_iter().map(|(view, problem)| format!("{view}: {problem}")).collect())
}

fn operations(planned: &PlannedStage, all: &[StepRow]) -> Vec<OperationStatus> {
    planned
        .operations
        .iter()
        .enumerate()
        .map(|(place, operation)| {
            let of_it = || all.iter().filter(move |step| usize::try_from(step.operation) == Ok(place));
            let error = of_it().filter_map(|step| step.error.as_deref()).next_back();
            let message = error.and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
            OperationStatus {
                title: operation.title.clone(),
                steps_done: of_it().filter(|step| step.state == StepState::Done).count(),
                steps: of_it().count(),
                error: message.and_then(|message| message["message"].as_str().map(str::to_owned)),
            }
        })
        .collect()
}

fn backfill(step: &StepRow) -> Option<BackfillStatus> {
    if !matches!(step.action, Action::Backfill(_)) || step.state == StepState::Pending {
        return None;
    }
    let expected = step.rows_expected.unwrap_or(0.0);
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let rows = step.rows_visited as f64;
    let rate = step.seconds.filter(|seconds| *seconds > 0.0).map_or(0.0, |seconds| rows / seconds);
    let at_work = matches!(step.state, StepState::Begun | StepState::Undoing);
    Some(BackfillStatus {
        title: format!("{} ({})", step.title, if step.phase == Phase::Start { "start" } else { "complete" }),
        state: step.state.to_string(),
        rows: step.rows_visited,
        rows_expected: expected,
        rows_per_second: rate,
        seconds_left: (at_work && rate > 0.0).then(|| (expected - rows).max(0.0) / rate),
    })
}
