//! The plan of a restructuring: steps that change a database in use, each with the way back. Pure data.
//!
//! - A step is done or not: what it runs commits together with its record. What cannot, says how to find out.
//! - The way back from any point is the undo of every step that is done, the last one first.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::plan::Recovery;
use crate::{Identifier, ObjectId, QualifiedName};

/// The version of a plan written as JSON. Raised when a field changes its meaning or goes.
pub const RESTRUCTURE_SCHEMA_VERSION: u32 = 1;

/// One stage, planned against the database as it stands before it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PlannedStage {
    pub name: String,
    pub title: String,
    pub operations: Vec<PlannedOperation>,
}

/// One operation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PlannedOperation {
    /// `rename_table`.
    pub kind: String,
    /// `rename public.emails to public.email_messages`.
    pub title: String,
    /// Relations that it works on, by their names before it.
    pub relations: Vec<QualifiedName>,
    /// What code has to call otherwise.
    pub names: Vec<NameChange>,
    /// Expand: afterwards both names, or both shapes, work.
    pub start: Vec<RestructureStep>,
    /// Contract: afterwards only the new ones do.
    pub complete: Vec<RestructureStep>,
    /// What it would be with nobody around. The schema, and the rows, that this leads to are what the operation
    /// predicts: rehearsal runs it beside the real way.
    pub direct: Vec<String>,
    /// What a person has to know, and what only a person can do.
    pub notes: Vec<String>,
    /// What does not work through the compatibility view, while there is one.
    pub limits: Vec<String>,
    /// Views that stand under another name until `complete`.
    pub compatibility: Vec<CompatibilityView>,
    /// What every row has to fulfil before it starts, which a step looks at: made-up rows are made so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows_fulfil: Vec<RowCondition>,
    /// Columns of moved rows whose default is another one each time: nobody can predict them.
    #[serde(skip)]
    pub drawn_anew: Vec<NamePath>,
    /// What it changes of a table that others of its stage may change too; None: all of `relations` is its alone.
    #[serde(skip)]
    pub reach: Option<BTreeSet<ObjectId>>,
    /// Where a step has to be written out on a scratch database before the plan is whole.
    #[serde(skip)]
    pub derived: Option<Derived>,
}

/// A transaction to which statements are added that follow from what PostgreSQL makes of the others: views, policies and
/// constraints that hang on what was renamed away are brought to where `direct` leads. What the steps before it made, and
/// neither the schema before nor `direct` has, stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Derived {
    /// In `complete`; else in `start`.
    pub in_complete: bool,
    /// Its place among the steps of that phase, from 0.
    pub step: usize,
}

/// A condition on the rows of a relation, as SQL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowCondition {
    pub relation: QualifiedName,
    pub condition: String,
    /// `column = value`, as SQL, by which a made-up row that does not fulfil it comes to do so; None: such rows go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

/// A view that stands for a table under another name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompatibilityView {
    pub view: QualifiedName,
    pub table: QualifiedName,
    /// The new name is the view, and the table keeps the old one until `complete`.
    pub inverse: bool,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RestructureStep {
    /// One line: `rename the table and put a view under the old name`.
    pub title: String,
    pub action: Action,
    pub undo: StepUndo,
}

/// How a step that is done is taken back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "value")]
pub enum StepUndo {
    /// There is nothing to take back.
    Nothing,
    Action(Action),
    /// Why it cannot be.
    Impossible(String),
}

/// What a step runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Action {
    /// One transaction. Locks are taken first, in this order, in short tries.
    Transaction { locks: Vec<RelationLock>, statements: Vec<String> },
    /// A statement that PostgreSQL refuses inside a transaction block.
    Alone { statement: String, recovery: Recovery },
    /// Many short transactions along a key.
    Backfill(Backfill),
    /// A query that gives one boolean. What is not true ends the phase before anything more runs.
    Check { query: String, failure: String },
}

/// A lock on a relation that is there before the step.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RelationLock {
    pub relation: QualifiedName,
    pub mode: LockMode,
}

/// The modes that steps ask for, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LockMode {
    ShareUpdateExclusive,
    /// Writers wait, readers do not: CREATE TRIGGER, ADD FOREIGN KEY.
    ShareRowExclusive,
    AccessExclusive,
    /// ACCESS EXCLUSIVE that a statement of the step takes itself: LOCK TABLE takes no materialized view (PostgreSQL 13 to
    /// 18). Who holds it for long is waited for all the same.
    ByStatement,
}

impl RelationLock {
    pub fn is_by_statement(&self) -> bool {
        self.mode == LockMode::ByStatement
    }
}

impl LockMode {
    pub fn keyword(self) -> &'static str {
        match self {
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::AccessExclusive | Self::ByStatement => "ACCESS EXCLUSIVE",
        }
    }
}

/// Rows of a relation that are visited along a key, a batch at a time, up to the key that is the largest when it begins.
///
/// Each batch is one transaction with its checkpoint. It is the statement
///
/// ```sql
/// WITH batch AS MATERIALIZED (
///     SELECT source.* FROM relation AS source
///     WHERE (key) > (checkpoint) AND (key) <= (upper bound) AND (filter) ORDER BY key LIMIT n [FOR SHARE]
/// ), written AS (write RETURNING 1) …
/// ```
///
/// and the last one is that whose `batch` is empty: how many rows `write` touched says nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Backfill {
    pub relation: QualifiedName,
    /// Columns of a unique, not null, not partial index with default operator classes, in its order.
    pub key: Vec<KeyColumn>,
    /// About `source`: rows that are visited at all.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub filter: Option<String>,
    /// INSERT … SELECT … FROM batch …, UPDATE … FROM batch …, DELETE … USING batch …: compare and set, no RETURNING.
    pub write: String,
    /// Rows of a batch are locked against change while they are copied somewhere else. UPDATE locks by itself.
    pub lock_rows: bool,
    /// Sets these for the transaction, where the role may: `session_replication_role` = `replica`.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub settings: Vec<(String, String)>,
}

/// A column of a key, with its type as SQL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyColumn {
    pub name: Identifier,
    pub type_name: String,
}

/// What code has to call otherwise, for whoever looks for it in code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NameChange {
    pub kind: NameKind,
    pub old: NamePath,
    /// None: it goes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub new: Option<NamePath>,
    /// What is different beside the name: `rows of documents are those with kind = 'document'`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameKind {
    Table,
    Column,
    EnumValue,
}

/// `public.user_books`, `public.user_books.file_size`, `public.mood.sad` (a value of an enum).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NamePath {
    /// The relation, or the enum type.
    pub of: QualifiedName,
    /// The column, or the enum's value.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub member: Option<Identifier>,
}

impl NamePath {
    pub fn relation(of: QualifiedName) -> Self {
        Self { of, member: None }
    }

    pub fn member(of: QualifiedName, member: impl Into<Identifier>) -> Self {
        Self { of, member: Some(member.into()) }
    }
}

impl std::fmt::Display for NamePath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.member {
            Some(member) => write!(f, "{}.{member}", self.of),
            None => write!(f, "{}", self.of),
        }
    }
}
