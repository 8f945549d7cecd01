//! What a rehearsal found. A contract: the JSON is these types.

use serde::Serialize;

use crate::migration::test::seed::NotSeeded;
use crate::restructure::report::Refusal;

/// `rehearse`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RehearsalReport {
    pub schema_version: u32,
    pub restructure: String,
    /// The database, or the files that stand for it.
    pub source: String,
    /// `local PostgreSQL 15.18`.
    pub scratch: String,
    pub stages: Vec<StageRehearsal>,
    /// Tables that got made-up rows, and those that took none.
    pub seeded_tables: usize,
    pub not_seeded: Vec<NotSeeded>,
    pub refusals: Vec<Refusal>,
    pub notes: Vec<String>,
    /// It is on record in the database, so that `start` knows of it.
    pub recorded: bool,
    pub seconds: f64,
}

/// One stage, played through.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StageRehearsal {
    pub stage: String,
    pub passed: bool,
    pub checks: Vec<RehearsalCheck>,
    /// Nothing of the schema differs between its start and its end but views that stand for tables: the next stage may
    /// start before this one is completed.
    pub same_when_started: bool,
    /// Roles, tables and commands that were tried.
    pub access_cells: usize,
    /// Statements in use that were tried.
    pub statements: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RehearsalCheck {
    pub name: &'static str,
    pub passed: bool,
    /// What it was not able to look at, or why it was left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
    pub details: Vec<String>,
}

impl StageRehearsal {
    pub(super) fn check(&mut self, name: &'static str, details: Vec<String>) {
        self.checks.push(RehearsalCheck { name, passed: details.is_empty(), skipped: None, details });
    }

    pub(super) fn skip(&mut self, name: &'static str, reason: impl Into<String>) {
        let skipped = Some(reason.into());
        self.checks.push(RehearsalCheck { name, passed: true, skipped, details: Vec::new() });
    }
}

impl RehearsalReport {
    pub fn is_clean(&self) -> bool {
        self.refusals.is_empty() && self.stages.iter().all(|stage| stage.passed)
    }
}
