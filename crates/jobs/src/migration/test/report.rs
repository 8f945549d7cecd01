//! What a test of migrations says.

use pgmason_core::migrations::inverse::Difference;
use serde::Serialize;

use super::seed::Seeded;
use crate::replay::ReplayFailure;

/// The version of the report as JSON. Raised when a field changes its meaning or goes.
pub const TEST_SCHEMA_VERSION: u32 = 1;

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TestReport {
    /// See [`TEST_SCHEMA_VERSION`].
    pub schema_version: u32,
    pub project: String,
    pub source: String,
    /// The server that it ran on.
    pub scratch: String,
    /// Files that were not under test and only applied.
    pub replayed: usize,
    /// Those of them that did not apply: what was tested stands on an unknown state.
    pub replay_failures: Vec<ReplayFailure>,
    pub files: Vec<FileTest>,
    /// Files after the one at which the test stopped.
    pub not_tested: Vec<String>,
    /// Undo files that were written.
    pub written: Vec<String>,
    pub notes: Vec<String>,
    pub seconds: f64,
}

impl TestReport {
    /// Nothing failed, and everything was tested.
    pub fn passed(&self) -> bool {
        self.replay_failures.is_empty() && self.not_tested.is_empty() && self.files.iter().all(FileTest::passed)
    }
}

/// What became of one file.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FileTest {
    pub file: String,
    pub version: String,
    /// It applies where tables hold rows.
    pub apply: Check,
    /// Rows that were there are there.
    pub rows: Check,
    /// Its undo leads back to the catalog and the rows before.
    pub rollback: Check,
    /// After the undo it applies as it did at first.
    pub again: Check,
    /// A second run on top changes nothing.
    pub idempotent: Check,
    /// Of the first application.
    pub seconds: f64,
    pub undo: UndoSource,
    /// The derived undo, where it was proven.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo_sql: Option<String>,
    pub seeded: Seeded,
    pub notes: Vec<String>,
}

impl FileTest {
    pub fn passed(&self) -> bool {
        self.checks().all(|(_, check)| check.outcome != Outcome::Failed)
    }

    /// The checks with their names, in the order in which they are made.
    pub fn checks(&self) -> impl Iterator<Item = (&'static str, &Check)> {
        [
            ("apply", &self.apply),
            ("rows", &self.rows),
            ("rollback", &self.rollback),
            ("again", &self.again),
            ("idempotent", &self.idempotent),
        ]
        .into_iter()
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Passed,
    Failed,
    NotPossible,
    #[default]
    NotAsked,
}

/// What failed, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    Apply,
    RowsLost,
    RollbackMissing,
    RollbackFails,
    RollbackDiffers,
    ApplyAgainFails,
    ApplyAgainDiffers,
    SecondRunFails,
    SecondRunChanges,
}

impl FailureKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::RowsLost => "rows-lost",
            Self::RollbackMissing => "rollback-missing",
            Self::RollbackFails => "rollback-fails",
            Self::RollbackDiffers => "rollback-differs",
            Self::ApplyAgainFails => "apply-again-fails",
            Self::ApplyAgainDiffers => "apply-again-differs",
            Self::SecondRunFails => "second-run-fails",
            Self::SecondRunChanges => "second-run-changes",
        }
    }
}

/// One check and how it came out.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Check {
    pub outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureKind>,
    /// Why it failed, or could not be made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// The statement at which it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<ReplayFailure>,
    /// How two catalogs differ that should not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<CatalogDifference>,
}

/// Objects by kind and name: `index public.a_x`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CatalogDifference {
    /// There now, and not before.
    pub added: Vec<String>,
    pub removed: Vec<String>,
    pub changed: Vec<String>,
}

/// What takes a file back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UndoSource {
    /// The project's own.
    DownFile,
    /// Derived from what the file changed.
    Derived,
    /// The file changes nothing that would have to be taken back.
    Nothing,
    #[default]
    None,
}

impl Check {
    pub(super) fn passed() -> Self {
        Self { outcome: Outcome::Passed, ..Self::default() }
    }

    pub(super) fn not_possible(reason: impl Into<String>) -> Self {
        Self { outcome: Outcome::NotPossible, reasons: vec![reason.into()], ..Self::default() }
    }

    pub(super) fn failed(failure: FailureKind, reasons: Vec<String>) -> Self {
        Self { outcome: Outcome::Failed, failure: Some(failure), reasons, ..Self::default() }
    }

    pub(super) fn failed_at(failure: FailureKind, statement: ReplayFailure) -> Self {
        Self { statement: Some(statement), ..Self::failed(failure, Vec::new()) }
    }

    /// The failure's word, where it failed.
    pub fn failure_name(&self) -> Option<&'static str> {
        self.failure.map(FailureKind::name)
    }
}

impl From<&Difference> for CatalogDifference {
    fn from(difference: &Difference) -> Self {
        let names = |ids: &[pgmason_model::ObjectId]| -> Vec<String> {
            ids.iter().map(|id| format!("{} {}", id.kind.label(), describe(id))).collect()
        };
        Self {
            added: names(&difference.added),
            removed: names(&difference.removed),
            changed: names(&difference.changed),
        }
    }
}

/// A comment or a grant is named by what it is on.
fn describe(id: &pgmason_model::ObjectId) -> String {
    match id.of.as_deref() {
        Some(of) => format!("on {} {id}", of.kind.label()),
        None => id.to_string(),
    }
}
