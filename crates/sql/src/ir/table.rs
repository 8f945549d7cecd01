//! Tables, columns, constraints, and the actions of `ALTER TABLE`.

use super::{Fragment, Span};
use crate::Name;

/// `CREATE TABLE`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CreateTable {
    /// The table.
    pub name: Name,
    /// Where its name stands.
    pub name_span: Span,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `TEMPORARY` or `TEMP`.
    pub temporary: bool,
    /// `UNLOGGED`.
    pub unlogged: bool,
    /// `CREATE FOREIGN TABLE`.
    pub foreign: bool,
    /// Columns in order.
    pub columns: Vec<ColumnDefinition>,
    /// Table constraints in order; those written at a column are there.
    pub constraints: Vec<Constraint>,
    /// `LIKE source` parts.
    pub like: Vec<Name>,
    /// `INHERITS (…)`.
    pub inherits: Vec<Name>,
    /// `PARTITION BY …`: strategy and key, verbatim.
    pub partition_by: Option<Fragment>,
    /// `PARTITION OF parent`.
    pub partition_of: Option<Name>,
    /// `OF type`.
    pub of_type: Option<Name>,
    /// The query of `CREATE TABLE … AS`.
    pub as_select: Option<Fragment>,
}

/// A column in `CREATE TABLE` or `ADD COLUMN`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnDefinition {
    /// The column.
    pub name: String,
    /// The whole definition.
    pub span: Span,
    /// Its type; `None` for typed tables and partitions, which name only constraints.
    pub data_type: Option<DataType>,
    /// `COLLATE`.
    pub collation: Option<Name>,
    /// `NOT NULL`, written or implied by a primary key, identity or serial.
    pub not_null: bool,
    /// `DEFAULT expression`.
    pub default: Option<Fragment>,
    /// `PRIMARY KEY` at the column.
    pub primary_key: bool,
    /// `UNIQUE` at the column.
    pub unique: bool,
    /// `GENERATED ALWAYS AS (…)`.
    pub generated: Option<Generated>,
    /// `GENERATED … AS IDENTITY`.
    pub identity: bool,
    /// Every constraint written at the column, NOT NULL and DEFAULT aside: check, unique, primary key, references.
    pub constraints: Vec<Constraint>,
}

impl ColumnDefinition {
    /// The `REFERENCES` at the column.
    pub fn references(&self) -> Option<&References> {
        self.constraints.iter().find_map(|constraint| constraint.references.as_ref())
    }
}

/// A generated column's expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    /// The expression.
    pub expression: Fragment,
    /// `STORED`; `VIRTUAL` (PostgreSQL 18, and its default where neither is written) otherwise.
    pub stored: bool,
}

/// A type as written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DataType {
    /// Verbatim, with modifiers and array bounds.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    /// The type's catalog name: `int` → `integer`, `character varying` → `varchar`, `timestamp with time zone` → `timestamptz`,
    /// `double precision` → `double precision`, `decimal` → `numeric`, `serial` stays `serial`. Others are folded as written.
    /// A `pg_catalog` qualification of a built-in type is dropped.
    pub base: Name,
    /// Modifiers in parentheses: `varchar(20)` → `["20"]`, `vector(3)` → `["3"]`.
    pub modifiers: Vec<String>,
    /// Number of array dimensions.
    pub array_dimensions: u32,
    /// `SETOF` (functions only).
    pub set_of: bool,
}

/// What a constraint does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConstraintKind {
    /// `PRIMARY KEY`.
    PrimaryKey,
    /// `UNIQUE`.
    Unique,
    /// `CHECK`.
    Check,
    /// `FOREIGN KEY` or `REFERENCES`.
    ForeignKey,
    /// `EXCLUDE`.
    Exclude,
    /// A `NOT NULL` table constraint (PostgreSQL 18).
    NotNull,
}

/// A constraint, at a column or at the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// What it does.
    pub kind: ConstraintKind,
    /// Its name where one was written.
    pub name: Option<String>,
    /// The whole constraint with its name.
    pub span: Span,
    /// Its columns: the key, or the referencing columns. A column constraint names its own column.
    pub columns: Vec<String>,
    /// The expression of CHECK without its parentheses, or the body of EXCLUDE.
    pub expression: Option<Fragment>,
    /// What a foreign key refers to.
    pub references: Option<References>,
    /// `NOT VALID`.
    pub not_valid: bool,
    /// `USING INDEX name`.
    pub using_index: Option<String>,
    /// `DEFERRABLE`.
    pub deferrable: bool,
    /// `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
    /// `NO INHERIT`.
    pub no_inherit: bool,
}

/// What a foreign key refers to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct References {
    /// The table.
    pub table: Name,
    /// Its columns; empty means its primary key.
    pub columns: Vec<String>,
    /// `ON DELETE`: `cascade`, `set null`, `set default`, `restrict`, `no action`; `None` when not written.
    pub on_delete: Option<String>,
    /// `ON UPDATE`.
    pub on_update: Option<String>,
}

/// `ALTER TABLE`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlterTable {
    /// The table.
    pub name: Name,
    /// Where its name stands.
    pub name_span: Span,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `ONLY`.
    pub only: bool,
    /// `ALTER FOREIGN TABLE`.
    pub foreign: bool,
    /// `ALL IN TABLESPACE`: `name` is empty then.
    pub all_in_tablespace: bool,
    /// The actions in order.
    pub actions: Vec<AlterTableAction>,
}

/// One action of `ALTER TABLE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlterTableAction {
    /// The whole action.
    pub span: Span,
    /// What it does.
    pub kind: AlterTableActionKind,
}

/// What an action of `ALTER TABLE` does.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // The variants and their fields are PostgreSQL's own words.
pub enum AlterTableActionKind {
    AddColumn {
        column: Box<ColumnDefinition>,
        if_not_exists: bool,
    },
    DropColumn {
        name: String,
        if_exists: bool,
        cascade: bool,
    },
    AlterColumnType {
        column: String,
        data_type: DataType,
        using: Option<Fragment>,
    },
    SetDefault {
        column: String,
        expression: Fragment,
    },
    DropDefault {
        column: String,
    },
    SetNotNull {
        column: String,
    },
    DropNotNull {
        column: String,
    },
    AddIdentity {
        column: String,
    },
    DropIdentity {
        column: String,
        if_exists: bool,
    },
    /// `ALTER COLUMN … SET EXPRESSION` (PostgreSQL 17).
    SetExpression {
        column: String,
        expression: Fragment,
    },
    DropExpression {
        column: String,
        if_exists: bool,
    },
    /// `SET STATISTICS | STORAGE | COMPRESSION | (options)`, `RESET`, changes of an identity's sequence.
    AlterColumnOther {
        column: String,
        text: String,
    },
    AddConstraint(Box<Constraint>),
    AlterConstraint {
        name: String,
    },
    ValidateConstraint {
        name: String,
    },
    DropConstraint {
        name: String,
        if_exists: bool,
        cascade: bool,
    },
    RenameTo {
        name: String,
    },
    RenameColumn {
        from: String,
        to: String,
    },
    RenameConstraint {
        from: String,
        to: String,
    },
    SetSchema {
        schema: String,
    },
    EnableRowSecurity,
    DisableRowSecurity,
    ForceRowSecurity,
    NoForceRowSecurity,
    OwnerTo {
        role: String,
    },
    AttachPartition {
        partition: Name,
        bound: String,
    },
    DetachPartition {
        partition: Name,
        concurrently: bool,
        finalize: bool,
    },
    ReplicaIdentity {
        text: String,
    },
    SetStorageParameters {
        text: String,
    },
    ResetStorageParameters {
        text: String,
    },
    /// `ENABLE | DISABLE TRIGGER`, `ENABLE REPLICA | ALWAYS TRIGGER`; `ALL` and `USER` are kept as written.
    Trigger {
        enable: bool,
        name: String,
    },
    Rule {
        enable: bool,
        name: String,
    },
    Inherit {
        parent: Name,
    },
    NoInherit {
        parent: Name,
    },
    ClusterOn {
        index: String,
    },
    SetWithoutCluster,
    SetTablespace {
        name: String,
    },
    SetAccessMethod {
        name: String,
    },
    SetLogged,
    SetUnlogged,
    Other {
        text: String,
    },
}
