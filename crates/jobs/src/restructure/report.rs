//! What `restructure` commands report. A contract: the JSON is these types.

use pgmason_model::restructure::PlannedStage;
use serde::Serialize;

pub const RESTRUCTURE_REPORT_VERSION: u32 = 1;

/// Why nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The stage, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    pub message: String,
    pub hint: String,
}

/// `plan`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PlanReport {
    pub schema_version: u32,
    pub restructure: String,
    pub title: String,
    /// The database, or the files that stand for it.
    pub source: String,
    pub stages: Vec<PlannedStage>,
    pub refusals: Vec<Refusal>,
    pub notes: Vec<String>,
    pub seconds: f64,
}

/// `start`, `complete` and `rollback`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RunReport {
    pub schema_version: u32,
    pub restructure: String,
    pub database: String,
    pub dry_run: bool,
    pub stages: Vec<StageRun>,
    pub refusals: Vec<Refusal>,
    /// What a person has to do or to know now.
    pub notes: Vec<String>,
    pub seconds: f64,
}

/// What became of one stage.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StageRun {
    pub stage: String,
    /// `started`, `completed`, `rolled back`; where a step failed: `starting`, `completing`, `rolling back`.
    pub phase: String,
    pub steps: Vec<StepRun>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StepRun {
    pub title: String,
    /// `pending`, `begun`, `done`, `undoing` or `undone`.
    pub state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// Tries for a lock that failed.
    pub lock_timeouts: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<StepError>,
    /// What it runs; only for a dry run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sql: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StepError {
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sqlstate: Option<String>,
    pub hint: String,
}

impl PlanReport {
    pub fn is_clean(&self) -> bool {
        self.refusals.is_empty()
    }
}

impl RunReport {
    pub fn is_clean(&self) -> bool {
        self.refusals.is_empty() && !self.stages.iter().flat_map(|stage| &stage.steps).any(|step| step.error.is_some())
    }
}
