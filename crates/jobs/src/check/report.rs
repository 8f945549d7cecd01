//! What a check says. The JSON output is exactly this.

use pgmason_model::catalog::NotChecked;
use pgmason_model::{Finding, Level};
use serde::Serialize;

pub use crate::replay::{FurtherFailure, ReplayFailure, ReplayReport};

/// The version of the JSON output. Raised when a field changes its meaning or goes.
pub const CHECK_SCHEMA_VERSION: u32 = 1;

#[derive(Clone, Debug, Serialize)]
pub struct CheckReport {
    pub schema_version: u32,
    pub project: String,
    pub source: String,
    /// `embedded PostgreSQL 17.5`; none when no scratch was needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scratch: Option<String>,
    pub counts: Counts,
    pub findings: Vec<Finding>,
    /// Findings that an ignore or the list of known findings answers for.
    pub suppressed: Vec<Suppressed>,
    /// Ignores that silenced nothing.
    pub unused_ignores: Vec<UnusedIgnore>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replay: Option<ReplayReport>,
    pub not_checked: Vec<NotChecked>,
    pub checklist: Vec<ChecklistSection>,
    /// What is worth knowing about this run.
    pub notes: Vec<String>,
    pub seconds: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub errors: usize,
    pub warnings: usize,
    pub infos: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Suppressed {
    pub finding: Finding,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnusedIgnore {
    /// `pgmason.toml`, or `file:line`.
    pub place: String,
    pub rule: String,
    /// What it was for; why it does not hold.
    pub object: String,
    pub reason: String,
}

/// A part of the rulebook, with how many tables (or files) keep each of its rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChecklistSection {
    pub title: String,
    pub rows: Vec<ChecklistRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChecklistRow {
    pub rule: String,
    pub summary: String,
    pub passed: usize,
    pub total: usize,
}

impl Counts {
    pub fn of(findings: &[Finding]) -> Self {
        let count = |level: Level| findings.iter().filter(|finding| finding.level == level).count();
        Self { errors: count(Level::Error), warnings: count(Level::Warning), infos: count(Level::Info) }
    }
}

impl CheckReport {
    /// True when something of this level or above was found, or the replay failed.
    pub fn fails(&self, level: Level) -> bool {
        self.findings.iter().any(|finding| finding.level >= level)
            || self.replay.as_ref().is_some_and(|replay| !replay.failures.is_empty())
    }
}
