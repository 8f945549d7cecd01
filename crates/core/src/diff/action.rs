//! One statement of a plan, with what it makes, removes, needs and lets go of.

use std::collections::BTreeSet;

use pgmason_model::ObjectId;
use pgmason_model::difference::{ActionKind, ChangeHazard};

use super::create_table::CreateTable;

#[derive(Clone, Debug)]
pub(super) struct Action {
    pub(super) text: Text,
    pub(super) object: ObjectId,
    pub(super) kind: ActionKind,
    /// The order among those that do not care.
    pub(super) rank: Rank,
    /// There, in its new shape, once this ran.
    pub(super) makes: Vec<ObjectId>,
    /// Gone, in its old shape, once this ran.
    pub(super) removes: Vec<ObjectId>,
    /// Has to be there in its new shape.
    pub(super) needs: BTreeSet<ObjectId>,
    /// Was used in its old shape, and is not from here on.
    pub(super) releases: BTreeSet<ObjectId>,
    /// Have to be gone first, in their old shape.
    pub(super) after_removal: BTreeSet<ObjectId>,
    /// Should be there, if that is possible: what a function's body mentions.
    pub(super) wishes: BTreeSet<ObjectId>,
    /// Places of actions that come before.
    pub(super) after: Vec<usize>,
    /// Can be written inside this CREATE TABLE instead, if nothing lies between.
    pub(super) fold: Option<Fold>,
    pub(super) why: Option<String>,
    pub(super) hazards: Vec<ChangeHazard>,
    pub(super) rewrites: Vec<ObjectId>,
    pub(super) alone: bool,
    /// In a transaction after that of what came before.
    pub(super) separate: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Text {
    Plain(String),
    Table(CreateTable),
}

#[derive(Clone, Debug)]
pub(super) struct Fold {
    pub(super) table: ObjectId,
    pub(super) into: FoldInto,
    pub(super) text: String,
}

#[derive(Clone, Debug)]
pub(super) enum FoldInto {
    Column(ObjectId),
    Constraint,
}

/// What comes first where nothing else says so: what is taken down, then what is made, then what is dropped for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Rename,
    DropPart,
    DropView,
    DropForeignKey,
    DropKey,
    DropIndex,
    Schema,
    Extension,
    DefaultPrivilege,
    Type,
    Sequence,
    Function,
    Table,
    Column,
    Copy,
    Default,
    Key,
    Index,
    ForeignKey,
    View,
    Rule,
    Trigger,
    RowSecurity,
    Policy,
    Publication,
    DropColumn,
    DropTable,
    DropSequence,
    DropFunction,
    DropType,
    DropExtension,
    DropSchema,
    Owner,
    Grant,
    Comment,
    Validate,
    Finish,
}

impl Action {
    pub(super) fn new(kind: ActionKind, rank: Rank, object: &ObjectId, sql: impl Into<String>) -> Self {
        Self {
            text: Text::Plain(sql.into()),
            object: object.clone(),
            kind,
            rank,
            makes: Vec::new(),
            removes: Vec::new(),
            needs: BTreeSet::new(),
            releases: BTreeSet::new(),
            after_removal: BTreeSet::new(),
            wishes: BTreeSet::new(),
            after: Vec::new(),
            fold: None,
            why: None,
            hazards: Vec::new(),
            rewrites: Vec::new(),
            alone: false,
            separate: false,
        }
    }

    pub(super) fn create(rank: Rank, object: &ObjectId, sql: impl Into<String>) -> Self {
        let mut action = Self::new(ActionKind::Create, rank, object, sql);
        action.makes.push(object.clone());
        action
    }

    pub(super) fn alter(rank: Rank, object: &ObjectId, sql: impl Into<String>) -> Self {
        let mut action = Self::new(ActionKind::Alter, rank, object, sql);
        action.makes.push(object.clone());
        action
    }

    pub(super) fn drop(rank: Rank, object: &ObjectId, sql: impl Into<String>) -> Self {
        let mut action = Self::new(ActionKind::Drop, rank, object, sql);
        action.removes.push(object.clone());
        action
    }

    pub(super) fn needing(mut self, ids: impl IntoIterator<Item = ObjectId>) -> Self {
        self.needs.extend(ids);
        self
    }

    pub(super) fn releasing(mut self, ids: impl IntoIterator<Item = ObjectId>) -> Self {
        self.releases.extend(ids);
        self
    }

    pub(super) fn after_removal_of(mut self, ids: impl IntoIterator<Item = ObjectId>) -> Self {
        self.after_removal.extend(ids);
        self
    }

    pub(super) fn foldable(mut self, table: ObjectId, into: FoldInto, text: String) -> Self {
        self.fold = Some(Fold { table, into, text });
        self
    }

    pub(super) fn hazard(mut self, hazard: ChangeHazard) -> Self {
        self.hazards.push(hazard);
        self
    }

    pub(super) fn rewriting(mut self, relation: ObjectId) -> Self {
        self.rewrites.push(relation);
        self
    }

    pub(super) fn sql(&self) -> String {
        match &self.text {
            Text::Plain(sql) => sql.clone(),
            Text::Table(table) => table.to_string(),
        }
    }
}
