//! What a Prisma schema says about a PostgreSQL database: tables, columns, keys, each with the place that says it.
//!
//! Names are the database's, after `@map` and `@@map`. What only the client sees is not here.

use std::collections::BTreeSet;

use pgmason_model::{Identifier, QualifiedName};

use super::place::Place;

#[derive(Clone, Debug, PartialEq)]
pub struct PrismaSchema {
    pub version: PrismaVersion,
    /// The schemas that Prisma looks at; nothing outside of them is its business.
    pub schemas: BTreeSet<Identifier>,
    pub foreign_keys: bool,
    pub preview_features: BTreeSet<String>,
    pub extensions: Vec<PrismaExtension>,
    pub enums: Vec<PrismaEnum>,
    pub models: Vec<PrismaModel>,
    pub join_tables: Vec<JoinTable>,
    /// Names of `view` blocks: Prisma reads through them and never makes them.
    pub views: Vec<String>,
}

/// The major version, as far as it changes the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PrismaVersion {
    /// The join table of a many-to-many relation has a unique index.
    Five,
    /// It has a primary key.
    #[default]
    Six,
}

impl PrismaVersion {
    pub fn of_major(major: u32) -> Self {
        if major < 6 { Self::Five } else { Self::Six }
    }
}

impl PrismaSchema {
    /// Partial indexes are managed; before 7.4 they were invisible.
    pub fn partial_indexes(&self) -> bool {
        self.preview_features.contains("partialIndexes")
    }

    pub fn model(&self, table: &QualifiedName) -> Option<&PrismaModel> {
        self.models.iter().find(|model| model.table == *table)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct PrismaExtension {
    pub name: Identifier,
    pub schema: Option<Identifier>,
    pub version: Option<String>,
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PrismaEnum {
    pub name: String,
    pub type_name: QualifiedName,
    pub labels: Vec<String>,
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PrismaModel {
    pub name: String,
    pub table: QualifiedName,
    pub columns: Vec<PrismaColumn>,
    pub primary_key: Option<PrismaKey>,
    pub indexes: Vec<PrismaIndex>,
    pub foreign_keys: Vec<PrismaForeignKey>,
    pub place: Place,
    pub documentation: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PrismaColumn {
    pub field: String,
    pub name: Identifier,
    /// As DDL writes it, with `[]` for a list.
    pub type_name: String,
    pub list: bool,
    pub required: bool,
    pub default: PrismaDefault,
    /// As they are written: all that say nothing about type, default or name in the database.
    pub other_attributes: Vec<String>,
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq)]
pub enum PrismaDefault {
    /// None, or one that the client makes: `uuid()`, `cuid()`, `@updatedAt`.
    None,
    /// A serial type's sequence.
    AutoIncrement,
    /// `dbgenerated()`: whatever the database has.
    Anything,
    /// SQL.
    Expression { sql: String, kind: DefaultKind },
}

/// How a default is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultKind {
    Plain,
    Json,
    /// A literal date: Prisma never compares it.
    DateTime,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PrismaKey {
    pub name: Identifier,
    pub columns: Vec<IndexColumn>,
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PrismaIndex {
    pub name: Identifier,
    pub unique: bool,
    /// Of PostgreSQL, in lower case.
    pub method: String,
    pub columns: Vec<IndexColumn>,
    /// SQL.
    pub predicate: Option<String>,
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq)]
pub struct IndexColumn {
    pub name: Identifier,
    pub descending: bool,
    /// As DDL writes it.
    pub opclass: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PrismaForeignKey {
    pub name: Identifier,
    pub columns: Vec<Identifier>,
    pub references: QualifiedName,
    pub referenced_columns: Vec<Identifier>,
    pub on_delete: Action,
    pub on_update: Action,
    /// The relation field.
    pub field: String,
    pub place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Cascade,
    Restrict,
    NoAction,
    SetNull,
    SetDefault,
}

impl Action {
    pub fn sql(self) -> &'static str {
        match self {
            Self::Cascade => "CASCADE",
            Self::Restrict => "RESTRICT",
            Self::NoAction => "NO ACTION",
            Self::SetNull => "SET NULL",
            Self::SetDefault => "SET DEFAULT",
        }
    }
}

/// The table of an implicit many-to-many relation.
#[derive(Clone, Debug, PartialEq)]
pub struct JoinTable {
    pub table: QualifiedName,
    /// The sides that columns `A` and `B` point at, with the type of their ids.
    pub sides: [JoinSide; 2],
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq)]
pub struct JoinSide {
    pub table: QualifiedName,
    pub id: Identifier,
    pub type_name: String,
}
