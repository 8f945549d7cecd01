//! The identity of an object: its kind and its names, never an OID.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Identifier, QualifiedName};

/// Every kind of object that can change on its own. The order is the order of ids, nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectKind {
    Schema,
    Extension,
    Collation,
    EnumType,
    DomainType,
    CompositeType,
    RangeType,
    BaseType,
    Sequence,
    Table,
    Column,
    Default,
    Constraint,
    DomainConstraint,
    Index,
    View,
    MaterializedView,
    Function,
    Trigger,
    EventTrigger,
    Rule,
    Policy,
    Publication,
    Subscription,
    TextSearchDictionary,
    TextSearchConfiguration,
    ExtendedStatistics,
    Operator,
    OperatorClass,
    OperatorFamily,
    Cast,
    ForeignDataWrapper,
    ForeignServer,
    UserMapping,
    Grant,
    DefaultPrivilege,
    Comment,
}

impl ObjectKind {
    /// PostgreSQL's own words for the kind, in lower case.
    pub fn label(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::Extension => "extension",
            Self::Collation => "collation",
            Self::EnumType => "enum type",
            Self::DomainType => "domain",
            Self::CompositeType => "composite type",
            Self::RangeType => "range type",
            Self::BaseType => "base type",
            Self::Sequence => "sequence",
            Self::Table => "table",
            Self::Column => "column",
            Self::Default => "default",
            Self::Constraint => "constraint",
            Self::DomainConstraint => "domain constraint",
            Self::Index => "index",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::Function => "function",
            Self::Trigger => "trigger",
            Self::EventTrigger => "event trigger",
            Self::Rule => "rule",
            Self::Policy => "policy",
            Self::Publication => "publication",
            Self::Subscription => "subscription",
            Self::TextSearchDictionary => "text search dictionary",
            Self::TextSearchConfiguration => "text search configuration",
            Self::ExtendedStatistics => "statistics object",
            Self::Operator => "operator",
            Self::OperatorClass => "operator class",
            Self::OperatorFamily => "operator family",
            Self::Cast => "cast",
            Self::ForeignDataWrapper => "foreign-data wrapper",
            Self::ForeignServer => "foreign server",
            Self::UserMapping => "user mapping",
            Self::Grant => "grant",
            Self::DefaultPrivilege => "default privileges",
            Self::Comment => "comment",
        }
    }
}

/// What names one object. Which fields are set depends on the kind:
///
/// | kind | schema | name | sub | of |
/// |---|---|---|---|---|
/// | schema, extension, publication, subscription, event trigger, FDW, server | – | its name | – | – |
/// | type, sequence, table, index, view, collation, statistics | schema | its name | – | – |
/// | text search dictionary, text search configuration | schema | its name | – | – |
/// | column, default, constraint, trigger, rule, policy | schema | the relation | its own name (default: the column) | – |
/// | default of a view's column | schema | the view | the column | – |
/// | domain constraint | schema | the domain | its name | – |
/// | function, procedure, aggregate | schema | its name | identity arguments | – |
/// | operator | schema | its name | `(left, right)` | – |
/// | operator class, operator family | schema | its name | access method | – |
/// | cast | – | source type | target type | – |
/// | user mapping | – | server | role or `public` | – |
/// | grant | – | grantee, or `public` | – | the object |
/// | default privileges | schema, if limited to one | for role | `object type:grantee` | – |
/// | comment | – | empty | – | the object |
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectId {
    pub kind: ObjectKind,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub schema: Option<Identifier>,
    pub name: Identifier,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sub: Option<Identifier>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub of: Option<Box<ObjectId>>,
}

impl ObjectId {
    /// An object without a schema.
    pub fn global(kind: ObjectKind, name: impl Into<Identifier>) -> Self {
        Self { kind, schema: None, name: name.into(), sub: None, of: None }
    }

    /// An object inside a schema.
    pub fn in_schema(kind: ObjectKind, schema: impl Into<Identifier>, name: impl Into<Identifier>) -> Self {
        Self { kind, schema: Some(schema.into()), name: name.into(), sub: None, of: None }
    }

    /// An object that belongs to a relation, or a function with its identity arguments.
    pub fn sub_object(
        kind: ObjectKind,
        schema: impl Into<Identifier>,
        name: impl Into<Identifier>,
        sub: impl Into<Identifier>,
    ) -> Self {
        Self { kind, schema: Some(schema.into()), name: name.into(), sub: Some(sub.into()), of: None }
    }

    pub fn grant(of: ObjectId, grantee: impl Into<Identifier>) -> Self {
        Self { kind: ObjectKind::Grant, schema: None, name: grantee.into(), sub: None, of: Some(Box::new(of)) }
    }

    pub fn comment(of: ObjectId) -> Self {
        Self { kind: ObjectKind::Comment, schema: None, name: Identifier::default(), sub: None, of: Some(Box::new(of)) }
    }

    /// The table, view or other relation that a sub-object belongs to. The kind must be known: a column of a view
    /// and one of a table have the same id.
    pub fn relation(&self, kind: ObjectKind) -> ObjectId {
        ObjectId { kind, schema: self.schema.clone(), name: self.name.clone(), sub: None, of: None }
    }

    /// Schema and name, for an object that lives in a schema (for a sub-object: its relation's).
    pub fn qualified_name(&self) -> Option<QualifiedName> {
        self.schema.clone().map(|schema| QualifiedName { schema, name: self.name.clone() })
    }

    pub(super) fn first_of(kind: ObjectKind) -> Self {
        Self { kind, schema: None, name: Identifier::default(), sub: None, of: None }
    }
}

/// As a person would write it: `public.users.email`, `public.total(integer)`.
impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            ObjectKind::Grant => {
                write!(f, "{} to {}", self.of.as_deref().map(ToString::to_string).unwrap_or_default(), self.name)
            }
            ObjectKind::Comment => write!(f, "{}", self.of.as_deref().map(ToString::to_string).unwrap_or_default()),
            ObjectKind::Cast => write!(f, "({} as {})", self.name, self.sub.as_ref().map_or("", Identifier::as_str)),
            _ => {
                if let Some(schema) = &self.schema {
                    write!(f, "{schema}.")?;
                }
                write!(f, "{}", self.name)?;
                match (&self.sub, self.kind) {
                    (Some(arguments), ObjectKind::Function) => write!(f, "({})", arguments.as_str()),
                    (Some(arguments), ObjectKind::Operator) => f.write_str(arguments.as_str()),
                    (Some(sub), _) => write!(f, ".{sub}"),
                    (None, _) => Ok(()),
                }
            }
        }
    }
}
