//! What `drift` says.

use std::collections::BTreeMap;

use pgmason_core::locations::Locations;
use pgmason_core::prisma::compare::{DifferenceClass, SchemaEdit};
use pgmason_model::ObjectId;
use serde::Serialize;

use crate::source::Source;

/// The version of the report written as JSON. Raised when a field changes its meaning or goes.
pub const DRIFT_SCHEMA_VERSION: u32 = 1;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DriftReport {
    pub schema_version: u32,
    pub project: String,
    /// The scratch server, where one was needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scratch: Option<String>,
    pub sources: Vec<DriftSource>,
    /// Every two sources, in the order of the sources.
    pub pairs: Vec<DriftPair>,
    /// What differs, in the order of the objects.
    pub objects: Vec<DriftObject>,
    /// Differences that were to be ignored.
    pub ignored: usize,
    pub notes: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    Migrations,
    Schema,
    Database,
    Prisma,
    Snapshot,
    Empty,
}

impl SourceKind {
    pub fn of(source: &Source) -> Self {
        match source {
            Source::Migrations(_) => Self::Migrations,
            Source::Schema(_) => Self::Schema,
            Source::Database(_) => Self::Database,
            Source::Prisma(_) => Self::Prisma,
            Source::Snapshot(_) => Self::Snapshot,
            Source::Empty => Self::Empty,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Migrations => "migrations",
            Self::Schema => "schema",
            Self::Database => "database",
            Self::Prisma => "prisma",
            Self::Snapshot => "snapshot",
            Self::Empty => "empty",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DriftSource {
    pub kind: SourceKind,
    /// As it would be named on the command line, without secrets.
    pub source: String,
    /// What was read: `15 tables, PostgreSQL 15.18`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Why it could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// What is not as good as the real thing: stand-ins, files left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PairState {
    Same,
    Different,
    NotCompared,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DriftPair {
    pub first: SourceKind,
    pub second: SourceKind,
    pub state: PairState,
    pub differences: usize,
    /// A RENAME would close these.
    pub name_only: usize,
    /// What Prisma cannot see: kind → objects of the other source.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub not_expressible: BTreeMap<&'static str, Vec<String>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// All that differs about one table, type or other object.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DriftObject {
    pub object: ObjectId,
    pub differences: Vec<Difference>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    pub class: DifferenceClass,
    pub object: ObjectId,
    #[serde(skip)]
    pub of: ObjectId,
    pub first: SourceKind,
    pub second: SourceKind,
    /// What the first source has; none where it has no such object.
    pub first_has: Option<String>,
    pub second_has: Option<String>,
    /// What about it differs: `not_null: false → true`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<String>,
    /// What to write into schema.prisma, so that it says what the other source has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edit: Option<SchemaEdit>,
    /// Where the project's SQL last defined it, or the table that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub defined_at: Option<SqlPlace>,
}

/// A line of a file, both as the user would name them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SqlPlace {
    pub file: String,
    pub line: u32,
}

impl Difference {
    pub(super) fn locate(&mut self, locations: &Locations) {
        let place = locations.find(&self.object).or_else(|| locations.find(&self.of));
        let place = place.map(|place| SqlPlace { file: place.file.clone(), line: place.line });
        self.defined_at = self.defined_at.take().or(place);
    }
}

impl DriftReport {
    pub fn differs(&self) -> bool {
        self.pairs.iter().any(|pair| pair.state == PairState::Different)
    }

    pub fn compared_all(&self) -> bool {
        self.pairs.iter().all(|pair| pair.state != PairState::NotCompared)
    }

    /// No two sources could be compared.
    pub fn compared_nothing(&self) -> bool {
        self.pairs.iter().all(|pair| pair.state == PairState::NotCompared)
    }
}

pub(super) fn grouped(found: Vec<Difference>) -> Vec<DriftObject> {
    let mut by_object: BTreeMap<ObjectId, Vec<Difference>> = BTreeMap::new();
    for difference in found {
        by_object.entry(difference.of.clone()).or_default().push(difference);
    }
    let objects = by_object.into_iter().map(|(object, differences)| DriftObject { object, differences });
    objects.collect()
}
