//! A schema as PostgreSQL's own catalogs state it: every object that can change on its own, under an id of its own.
//!
//! No OID outlives introspection, everything is ordered, so the same schema always gives the same bytes.

mod entries_by_id;
mod id;
mod objects;
mod roles;
mod statistics;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Identifier;

pub use id::{ObjectId, ObjectKind};
pub use objects::*;
pub use roles::{DefaultPrivilege, Grant, Role};
pub use statistics::{IndexStatistics, SequenceStatistics, Statistics, TableStatistics};

/// The version of a catalog written as JSON. Raised when a field changes its meaning or goes.
pub const CATALOG_SCHEMA_VERSION: u32 = 1;

/// A whole database schema.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Catalog {
    /// See [`CATALOG_SCHEMA_VERSION`].
    pub schema_version: u32,
    pub server: ServerVersion,
    #[serde(with = "entries_by_id")]
    pub objects: BTreeMap<ObjectId, Object>,
    /// `(dependent, what it needs)`, from pg_depend, normal and automatic edges.
    pub dependencies: BTreeSet<(ObjectId, ObjectId)>,
    /// Objects of the platform (Supabase's own schemas, say): known, never a finding and never part of a diff.
    pub platform: BTreeSet<ObjectId>,
    /// Roles that the database refers to, and those that exist beside PostgreSQL's own.
    pub roles: BTreeMap<Identifier, Role>,
    /// Kinds of objects that exist in the database and that the catalog has no model for.
    pub unmodelled: Vec<Unmodelled>,
    /// What could not be read, and why.
    pub not_checked: Vec<NotChecked>,
    /// Only from a live database.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub statistics: Option<Statistics>,
}

/// `server_version_num`: 150018 is 15.18.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ServerVersion(pub u32);

impl ServerVersion {
    pub fn major(self) -> u32 {
        self.0 / 10_000
    }
}

impl fmt::Display for ServerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 10_000, self.0 % 10_000)
    }
}

/// An object whose kind the catalog does not describe (a text search parser, say).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unmodelled {
    /// The system catalog that holds it, such as `pg_ts_parser`.
    pub catalog: String,
    pub schema: Option<Identifier>,
    pub name: String,
}

/// Something that a reader could not look at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NotChecked {
    pub what: String,
    pub reason: String,
}

impl Catalog {
    pub fn get(&self, id: &ObjectId) -> Option<&Object> {
        self.objects.get(id)
    }

    /// True for an object that belongs to the platform or to an extension rather than to the project.
    pub fn is_platform(&self, id: &ObjectId) -> bool {
        self.platform.contains(id)
    }

    /// All objects of one kind, in order. Ids sort by kind first, so this touches no other object.
    pub fn of_kind(&self, kind: ObjectKind) -> impl Iterator<Item = (&ObjectId, &Object)> {
        let first = ObjectId::first_of(kind);
        self.objects.range(first..).take_while(move |(id, _)| id.kind == kind)
    }

    /// All sub-objects of one kind that belong to one relation, in order.
    pub fn of_relation<'a>(
        &'a self,
        kind: ObjectKind,
        relation: &ObjectId,
    ) -> impl Iterator<Item = (&'a ObjectId, &'a Object)> + use<'a> {
        let first =
            ObjectId { kind, schema: relation.schema.clone(), name: relation.name.clone(), sub: None, of: None };
        let (schema, name) = (first.schema.clone(), first.name.clone());
        self.objects.range(first..).take_while(move |(id, _)| id.kind == kind && id.schema == schema && id.name == name)
    }
}
