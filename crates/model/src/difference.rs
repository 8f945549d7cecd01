//! What differs between two schemas, and the statements that turn one into the other. Pure data.
//!
//! Objects are named as in the schema that has them: what is removed by its name in the first, all else by that in the
//! second.

use serde::{Deserialize, Serialize};

use crate::ObjectId;

/// The version of a difference written as JSON. Raised when a field changes its meaning or goes.
pub const DIFFERENCE_SCHEMA_VERSION: u32 = 1;

/// The way from one schema to another, as it was thought out. Nothing here has been run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DifferencePlan {
    /// Every object that differs.
    pub changes: Vec<ObjectChange>,
    /// In the order in which they run. Empty where the plan is refused.
    pub statements: Vec<ChangeStatement>,
    /// Differences that the statements leave as they are.
    pub left: Vec<Unplanned>,
    /// Why there is no plan. Empty: there is one.
    pub refusals: Vec<Refusal>,
    /// Something removed that looks like something added.
    pub possible_renames: Vec<PossibleRename>,
}

/// One object that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ObjectChange {
    pub object: ObjectId,
    /// The relation of an index, which its name does not say.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub relation: Option<ObjectId>,
    pub change: ChangeKind,
    /// What about it differs, in words: `type: integer → bigint`. Empty for what was added or removed.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub details: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    Added,
    Removed,
    Changed,
    /// By a directive, or because a person said so.
    RenamedFrom(ObjectId),
}

/// One statement of the way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangeStatement {
    /// Without its semicolon, names qualified.
    pub sql: String,
    /// What it is about.
    pub object: ObjectId,
    pub action: ActionKind,
    /// Statements with the same number share a transaction; numbers rise.
    pub transaction: u32,
    /// PostgreSQL refuses it inside a transaction block: it has its number to itself.
    pub alone: bool,
    /// Why it is there, where that is not plain: `the view uses public.t.a, whose type changes`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub hazards: Vec<ChangeHazard>,
    /// Relations whose files it writes anew, by their names before the plan.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub rewrites: Vec<ObjectId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    Create,
    Alter,
    Drop,
    /// Rows are copied or filled in.
    Data,
}

/// What is dangerous about a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeHazard {
    pub kind: HazardKind,
    pub message: String,
    /// The word for `--allow`, where the statement may not be planned without: `drop-table:public.x`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub allow: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HazardKind {
    DataLoss,
    /// A table is written anew while others wait.
    Rewrite,
    /// A table is read as a whole while others wait.
    LongLock,
    /// An index is not there for a while, or is built anew.
    IndexRebuild,
    /// May fail on the rows that are there.
    MayFail,
    /// Somebody may do what they could not do before, or the other way round.
    Access,
}

/// A difference that the statements leave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unplanned {
    pub object: ObjectId,
    pub reason: String,
    /// The option that closes it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub option: Option<String>,
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Refusal {
    /// Something would be lost that nobody allowed by name.
    NotAllowed { object: ObjectId, allow: String, message: String },
    /// No statement of PostgreSQL leads there without losing rows.
    NoSafeWay { object: ObjectId, message: String },
    /// A kind of object that pgmason cannot make.
    NotModelled { object: String, message: String },
    /// Objects that need each other.
    Circle { objects: Vec<ObjectId> },
    /// A role that is not there.
    NoSuchRole { role: String, needed_by: ObjectId },
}

/// Something removed that looks like something added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PossibleRename {
    pub from: ObjectId,
    pub to: ObjectId,
    /// Nothing else looks like either.
    pub unambiguous: bool,
}
