//! Indexes, views, types, policies, and what DROP, GRANT and COMMENT name.

use super::{DataType, Fragment, NameAt, Span};
use crate::Name;

/// How strongly a statement locks a table, weakest first, as PostgreSQL orders them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LockLevel {
    /// Reads.
    AccessShare,
    /// `SELECT … FOR UPDATE`.
    RowShare,
    /// Writes of rows.
    RowExclusive,
    /// `VACUUM`, `CREATE INDEX CONCURRENTLY`, `VALIDATE CONSTRAINT`.
    ShareUpdateExclusive,
    /// `CREATE INDEX`: blocks writes.
    Share,
    /// `CREATE TRIGGER`, `ADD FOREIGN KEY`: blocks writes.
    ShareRowExclusive,
    /// `REFRESH MATERIALIZED VIEW CONCURRENTLY`.
    Exclusive,
    /// Most of `ALTER TABLE`, `DROP`, `TRUNCATE`: blocks reads too.
    AccessExclusive,
}

impl LockLevel {
    /// PostgreSQL's name of the mode.
    pub fn name(self) -> &'static str {
        match self {
            Self::AccessShare => "ACCESS SHARE",
            Self::RowShare => "ROW SHARE",
            Self::RowExclusive => "ROW EXCLUSIVE",
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::Share => "SHARE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::Exclusive => "EXCLUSIVE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
        }
    }

    /// Others cannot write the table meanwhile.
    pub fn blocks_writes(self) -> bool {
        self >= Self::Share
    }

    /// Others cannot read the table meanwhile.
    pub fn blocks_reads(self) -> bool {
        self == Self::AccessExclusive
    }
}

/// The kind of an object that DROP, ALTER, COMMENT or GRANT names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // PostgreSQL's own words.
pub enum ObjectKind {
    AccessMethod,
    Aggregate,
    Cast,
    Collation,
    Column,
    Constraint,
    Conversion,
    Database,
    Domain,
    EventTrigger,
    Extension,
    ForeignDataWrapper,
    ForeignTable,
    Function,
    Index,
    Language,
    LargeObject,
    MaterializedView,
    Operator,
    OperatorClass,
    OperatorFamily,
    Owned,
    Parameter,
    Policy,
    Procedure,
    PropertyGraph,
    Publication,
    Role,
    Routine,
    Rule,
    Schema,
    Sequence,
    Server,
    Statistics,
    Subscription,
    Table,
    Tablespace,
    TextSearchConfiguration,
    TextSearchDictionary,
    TextSearchParser,
    TextSearchTemplate,
    Transform,
    Trigger,
    Type,
    UserMapping,
    View,
}

/// `CREATE INDEX`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CreateIndex {
    /// Its name; PostgreSQL chooses one where none was written. It lives in the table's schema.
    pub name: Option<String>,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
    /// `UNIQUE`.
    pub unique: bool,
    /// The table.
    pub table: Name,
    /// Where the table's name stands.
    pub table_span: Span,
    /// `ON ONLY`.
    pub only: bool,
    /// `USING`, `btree` where not written.
    pub method: String,
    /// Key parts, verbatim with opclass, collation and order.
    pub columns: Vec<Fragment>,
    /// `INCLUDE` columns.
    pub include: Vec<String>,
    /// `WITH (…)`, with its keyword.
    pub storage_parameters: Option<Fragment>,
    /// `WHERE` predicate.
    pub predicate: Option<Fragment>,
    /// `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
}

/// What `REINDEX` rebuilds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reindex {
    /// `Index`, `Table`, `Schema` or `Database` (also for `SYSTEM`).
    pub target: ObjectKind,
    /// Its name; PostgreSQL 16 lets a database's be left out.
    pub name: Option<Name>,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
}

/// `CREATE [MATERIALIZED] VIEW`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CreateView {
    /// The view.
    pub name: Name,
    /// Where its name stands.
    pub name_span: Span,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `MATERIALIZED`.
    pub materialized: bool,
    /// `IF NOT EXISTS` (materialized views only).
    pub if_not_exists: bool,
    /// `TEMPORARY`.
    pub temporary: bool,
    /// `RECURSIVE`.
    pub recursive: bool,
    /// Column names where they were written.
    pub columns: Vec<String>,
    /// `WITH (name = value, …)`; a name alone has no value. Folded to lower case.
    pub options: Vec<(String, Option<String>)>,
    /// The query.
    pub query: Fragment,
    /// `WITH NO DATA`.
    pub with_no_data: bool,
}

impl CreateView {
    /// `WITH (security_invoker)` in any spelling that PostgreSQL takes for true.
    pub fn security_invoker(&self) -> bool {
        self.options.iter().any(|(name, value)| name == "security_invoker" && is_true(value.as_deref()))
    }
}

/// What `ALTER VIEW | INDEX | SEQUENCE | …` does, as far as names are concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelationChange {
    /// `RENAME TO`.
    RenameTo(String),
    /// `RENAME COLUMN from TO to`.
    RenameColumn(String, String),
    /// `SET SCHEMA`.
    SetSchema(String),
    /// `OWNER TO`.
    OwnerTo(String),
    /// `SET (name = value, …)`: names and values, folded.
    SetOptions(Vec<(String, Option<String>)>),
    /// `RESET (name, …)`.
    ResetOptions(Vec<String>),
    /// `ALTER INDEX … ATTACH PARTITION`.
    AttachPartition(Name),
    /// `OWNED BY table.column` of a sequence; `None` for `OWNED BY NONE`.
    OwnedBy(Option<(Name, String)>),
    /// Anything else, verbatim.
    Other(String),
}

/// `ALTER VIEW`, `ALTER MATERIALIZED VIEW`, `ALTER INDEX`, `ALTER SEQUENCE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlterRelation {
    /// The kind written; PostgreSQL lets `ALTER TABLE` do the same.
    pub object: ObjectKind,
    /// The relation.
    pub name: Name,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// What is done.
    pub change: RelationChange,
}

/// `CREATE TYPE` or `CREATE DOMAIN`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateType {
    /// The type.
    pub name: Name,
    /// Where its name stands.
    pub name_span: Span,
    /// What it is.
    pub kind: TypeKind,
}

/// What a created type is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeKind {
    /// `AS ENUM (…)`: the labels in order.
    Enum(Vec<String>),
    /// `AS (…)`: the attributes.
    Composite(Vec<(String, DataType)>),
    /// `AS RANGE (…)`.
    Range,
    /// With an input function: needs a superuser.
    Base,
    /// `CREATE TYPE name` alone: to be filled in later.
    Shell,
    /// `CREATE DOMAIN`.
    Domain {
        /// What it is over.
        data_type: DataType,
        /// `NOT NULL`.
        not_null: bool,
        /// It has a CHECK.
        has_check: bool,
    },
}

/// `ALTER TYPE` or `ALTER DOMAIN`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlterType {
    /// The type.
    pub name: Name,
    /// `ALTER DOMAIN`.
    pub domain: bool,
    /// What is done.
    pub change: TypeChange,
}

/// What `ALTER TYPE` or `ALTER DOMAIN` does.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // PostgreSQL's own words.
pub enum TypeChange {
    AddValue {
        value: String,
        if_not_exists: bool,
        before_or_after: Option<String>,
    },
    RenameValue {
        from: String,
        to: String,
    },
    RenameTo(String),
    RenameAttribute {
        from: String,
        to: String,
    },
    SetSchema(String),
    OwnerTo(String),
    AddAttribute {
        name: String,
    },
    DropAttribute {
        name: String,
    },
    AlterAttribute {
        name: String,
    },
    /// `ALTER DOMAIN … ADD CONSTRAINT`: validates every column of the domain unless NOT VALID.
    AddConstraint {
        name: Option<String>,
        not_valid: bool,
    },
    DropConstraint {
        name: String,
        if_exists: bool,
    },
    ValidateConstraint {
        name: String,
    },
    SetNotNull,
    DropNotNull,
    Other(String),
}

/// The command that a policy is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[allow(missing_docs)] // PostgreSQL's own words.
pub enum PolicyCommand {
    #[default]
    All,
    Select,
    Insert,
    Update,
    Delete,
}

/// `CREATE POLICY`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CreatePolicy {
    /// The policy.
    pub name: String,
    /// Its table.
    pub table: Name,
    /// `AS RESTRICTIVE` is false; the default is permissive.
    pub permissive: bool,
    /// `FOR`.
    pub command: PolicyCommand,
    /// `TO`; `public` where not written.
    pub roles: Vec<String>,
    /// `USING (…)` without the parentheses.
    pub using: Option<Fragment>,
    /// `WITH CHECK (…)` without the parentheses.
    pub with_check: Option<Fragment>,
}

/// `ALTER POLICY`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlterPolicy {
    /// The policy.
    pub name: String,
    /// Its table.
    pub table: Name,
    /// `RENAME TO`.
    pub rename_to: Option<String>,
    /// `TO`.
    pub roles: Vec<String>,
    /// `USING`.
    pub using: Option<Fragment>,
    /// `WITH CHECK`.
    pub with_check: Option<Fragment>,
}

/// `DROP …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropObjects {
    /// What is dropped.
    pub object: ObjectKind,
    /// The objects. Functions without their arguments; for triggers, policies and rules the object's own name. `DROP OWNED`: roles.
    pub names: Vec<NameAt>,
    /// The table of a trigger, policy or rule.
    pub on_table: Option<Name>,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `CASCADE`.
    pub cascade: bool,
    /// `CONCURRENTLY` (indexes).
    pub concurrently: bool,
}

/// What a grant is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GrantTarget {
    /// Objects of one kind, by name. Functions without their arguments.
    Objects {
        /// Their kind; `Table` where none was written.
        object: ObjectKind,
        /// Their names.
        names: Vec<Name>,
    },
    /// `ALL TABLES | SEQUENCES | FUNCTIONS … IN SCHEMA`.
    AllInSchema {
        /// The kind of the objects.
        object: ObjectKind,
        /// The schemas.
        schemas: Vec<String>,
    },
    /// `GRANT role TO role`: the roles are in `privileges`.
    Roles,
}

/// `GRANT` or `REVOKE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// `REVOKE`.
    pub revoke: bool,
    /// Privileges, lower case; `all` for ALL PRIVILEGES; column lists are dropped. For role grants the roles.
    pub privileges: Vec<String>,
    /// What on.
    pub target: GrantTarget,
    /// To whom, or from whom. `public` for PUBLIC.
    pub grantees: Vec<String>,
    /// `WITH GRANT OPTION`, `WITH ADMIN OPTION`, or `GRANT OPTION FOR`.
    pub with_grant_option: bool,
    /// The whole statement.
    pub text: String,
}

/// `ALTER DEFAULT PRIVILEGES`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlterDefaultPrivileges {
    /// `FOR ROLE`.
    pub roles: Vec<String>,
    /// `IN SCHEMA`.
    pub schemas: Vec<String>,
    /// The grant; its target names the kind and no object.
    pub grant: Grant,
}

/// `COMMENT ON`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// What it is on.
    pub object: ObjectKind,
    /// The object; for a column, constraint, trigger, policy or rule its own name.
    pub name: Name,
    /// The table of a column, constraint, trigger, policy or rule.
    pub on_table: Option<Name>,
    /// The comment; `None` for NULL.
    pub text: Option<String>,
}

/// PostgreSQL's reading of a boolean option; one without a value is true.
fn is_true(value: Option<&str>) -> bool {
    match value {
        None => true,
        Some(value) => {
            let value = value.to_ascii_lowercase();
            value == "1"
                || value == "on"
                || (!value.is_empty() && ("true".starts_with(&value) || "yes".starts_with(&value)))
        }
    }
}
