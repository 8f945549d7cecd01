//! What the catalog knows about each kind of object. Expression text is the server's own deparse, made with
//! `search_path = pg_catalog`, so every name in it that is not built in is qualified.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{DefaultPrivilege, Grant, ObjectId};
use crate::{Identifier, QualifiedName};

/// One object. The variant follows the kind of its id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Object {
    Schema(Schema),
    Extension(Extension),
    Collation(Collation),
    EnumType(EnumType),
    DomainType(DomainType),
    CompositeType(CompositeType),
    RangeType(RangeType),
    BaseType(BaseType),
    Sequence(Sequence),
    Table(Table),
    Column(Column),
    Default(Default),
    Constraint(Constraint),
    DomainConstraint(DomainConstraint),
    Index(Index),
    View(View),
    MaterializedView(MaterializedView),
    Function(Function),
    Trigger(Trigger),
    EventTrigger(EventTrigger),
    Rule(Rule),
    Policy(Policy),
    Publication(Publication),
    Subscription(Subscription),
    TextSearchDictionary(TextSearchDictionary),
    TextSearchConfiguration(TextSearchConfiguration),
    ExtendedStatistics(ExtendedStatistics),
    Operator(Operator),
    OperatorClass(OperatorClass),
    OperatorFamily(OperatorFamily),
    Cast(Cast),
    ForeignDataWrapper(ForeignDataWrapper),
    ForeignServer(ForeignServer),
    UserMapping(UserMapping),
    Grant(Grant),
    DefaultPrivilege(DefaultPrivilege),
    Comment(Comment),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schema {
    pub owner: Identifier,
}

/// An extension stands for all its members: they are never listed on their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Extension {
    pub schema: Identifier,
    pub version: String,
    /// True when pgmason's SQL stand-in answers for the real extension.
    pub stand_in: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Collation {
    pub owner: Identifier,
    /// `icu`, `libc`, `builtin` or `default`.
    pub provider: String,
    pub deterministic: bool,
    pub collate: Option<String>,
    pub ctype: Option<String>,
    pub locale: Option<String>,
    pub rules: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EnumType {
    pub owner: Identifier,
    pub labels: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DomainType {
    pub owner: Identifier,
    pub base_type: String,
    pub not_null: bool,
    pub default: Option<String>,
    pub collation: Option<QualifiedName>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CompositeType {
    pub owner: Identifier,
    pub attributes: Vec<Attribute>,
}

/// A named, typed member of a composite type or of a view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attribute {
    pub name: Identifier,
    pub type_name: String,
    pub collation: Option<QualifiedName>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RangeType {
    pub owner: Identifier,
    pub subtype: String,
    pub subtype_opclass: QualifiedName,
    pub collation: Option<QualifiedName>,
    pub canonical: Option<String>,
    pub subtype_diff: Option<String>,
    /// PostgreSQL 14 and newer.
    pub multirange: Option<QualifiedName>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BaseType {
    pub owner: Identifier,
    pub input: String,
    pub output: String,
    pub length: i16,
    pub by_value: bool,
    pub alignment: char,
    pub storage: char,
    pub category: char,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sequence {
    pub owner: Identifier,
    pub type_name: String,
    pub start: i64,
    pub increment: i64,
    pub minimum: i64,
    pub maximum: i64,
    pub cache: i64,
    pub cycle: bool,
    pub unlogged: bool,
    /// The column that the sequence goes with, if any.
    pub owned_by: Option<ObjectId>,
    /// True when it is the sequence of an identity column.
    pub identity: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    Ordinary,
    Partitioned,
    Foreign,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Persistence {
    Permanent,
    Unlogged,
    Temporary,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    pub owner: Identifier,
    pub kind: TableKind,
    pub persistence: Persistence,
    /// `RANGE (created_at)`, for a partitioned table.
    pub partition_key: Option<String>,
    /// For a partition.
    pub partition_of: Option<PartitionOf>,
    /// Parents by plain inheritance, in order.
    pub inherits: Vec<QualifiedName>,
    /// For a typed table.
    pub of_type: Option<QualifiedName>,
    pub row_security: bool,
    pub force_row_security: bool,
    /// `default`, `nothing`, `full`, or `index NAME`.
    pub replica_identity: String,
    /// Storage parameters, those of the TOAST table with the prefix `toast.`.
    pub options: BTreeMap<String, String>,
    pub access_method: Option<Identifier>,
    pub tablespace: Option<Identifier>,
    pub foreign_server: Option<Identifier>,
    pub foreign_options: BTreeMap<String, String>,
}

impl Table {
    /// The tables that it has columns from: the one that it is a partition of, or those that it inherits from.
    pub fn parents(&self) -> impl Iterator<Item = &QualifiedName> {
        self.partition_of.iter().map(|part| &part.parent).chain(&self.inherits)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartitionOf {
    pub parent: QualifiedName,
    /// `FOR VALUES FROM … TO …`, or `DEFAULT`.
    pub bound: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    Always,
    ByDefault,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Generated {
    pub expression: String,
    /// Stored; else virtual (PostgreSQL 18 and newer).
    pub stored: bool,
}

/// A column of a table. Its default is an object of its own; its generation expression is not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// 1-based place among the columns that are left, dropped ones not counted.
    pub position: i32,
    /// `format_type`: `character varying(20)`, `public.mood[]`.
    pub type_name: String,
    /// The enum, domain, composite, range or base type of the project that the type is, or is an array of.
    pub user_type: Option<ObjectId>,
    pub not_null: bool,
    pub identity: Option<Identity>,
    pub generated: Option<Generated>,
    /// Only when it is not the type's own.
    pub collation: Option<QualifiedName>,
    /// `plain`, `external`, `extended` or `main`; only when it is not the type's own.
    pub storage: Option<String>,
    pub compression: Option<String>,
    pub statistics_target: Option<i32>,
    /// True when it comes from a parent only.
    pub inherited: bool,
    pub options: BTreeMap<String, String>,
    pub foreign_options: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Default {
    pub expression: String,
    /// The sequence that the expression calls `nextval` on, if it does.
    pub sequence: Option<QualifiedName>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConstraintKind {
    PrimaryKey,
    Unique,
    Check,
    ForeignKey,
    Exclusion,
    /// PostgreSQL 18 and newer keep NOT NULL as a constraint.
    NotNull,
    /// `CREATE CONSTRAINT TRIGGER`.
    Trigger,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Constraint {
    pub kind: ConstraintKind,
    /// `pg_get_constraintdef`.
    pub definition: String,
    /// In the constraint's order; for a CHECK the columns that it mentions.
    pub columns: Vec<Identifier>,
    /// For a CHECK.
    pub expression: Option<String>,
    /// For a FOREIGN KEY.
    pub references: Option<References>,
    pub validated: bool,
    /// False for NOT ENFORCED (PostgreSQL 18 and newer).
    pub enforced: bool,
    pub deferrable: bool,
    pub initially_deferred: bool,
    pub no_inherit: bool,
    /// True when it comes from a parent only.
    pub inherited: bool,
    /// The index that carries it.
    pub index: Option<QualifiedName>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForeignKeyAction {
    NoAction,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct References {
    pub table: QualifiedName,
    pub columns: Vec<Identifier>,
    pub on_update: ForeignKeyAction,
    pub on_delete: ForeignKeyAction,
    pub match_full: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DomainConstraint {
    pub definition: String,
    pub expression: String,
    pub validated: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Index {
    pub table: QualifiedName,
    /// `pg_get_indexdef`.
    pub definition: String,
    pub method: Identifier,
    pub unique: bool,
    pub primary: bool,
    pub exclusion: bool,
    pub nulls_not_distinct: bool,
    /// False for a deferrable unique constraint's index.
    pub immediate: bool,
    pub keys: Vec<IndexKey>,
    pub include: Vec<Identifier>,
    pub predicate: Option<String>,
    pub valid: bool,
    pub ready: bool,
    pub clustered: bool,
    pub replica_identity: bool,
    /// The constraint of the same table that it carries.
    pub constraint: Option<Identifier>,
    /// The partitioned index that it is part of.
    pub partition_of: Option<QualifiedName>,
    pub options: BTreeMap<String, String>,
    pub tablespace: Option<Identifier>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IndexKey {
    /// None when the key is an expression.
    pub column: Option<Identifier>,
    pub expression: Option<String>,
    pub opclass: QualifiedName,
    /// True when it is the default class of the key's type for the method.
    pub opclass_is_default: bool,
    pub opclass_options: BTreeMap<String, String>,
    /// Only when it is not the column's own.
    pub collation: Option<QualifiedName>,
    pub descending: bool,
    pub nulls_first: bool,
    /// `ALTER INDEX … ALTER COLUMN … SET STATISTICS`, for an expression.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub statistics_target: Option<i32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct View {
    pub owner: Identifier,
    /// `pg_get_viewdef`.
    pub definition: String,
    pub columns: Vec<Attribute>,
    /// PostgreSQL 15 and newer.
    pub security_invoker: bool,
    pub security_barrier: bool,
    /// `local` or `cascaded`.
    pub check_option: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MaterializedView {
    pub owner: Identifier,
    pub definition: String,
    pub columns: Vec<Attribute>,
    pub populated: bool,
    pub options: BTreeMap<String, String>,
    pub access_method: Option<Identifier>,
    pub tablespace: Option<Identifier>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FunctionKind {
    Function,
    Procedure,
    Aggregate,
    Window,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Volatility {
    Immutable,
    Stable,
    Volatile,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Function {
    pub owner: Identifier,
    pub kind: FunctionKind,
    /// `pg_get_function_arguments`, defaults and all.
    pub arguments: String,
    /// `pg_get_function_result`; none for a procedure.
    pub returns: Option<String>,
    pub language: Identifier,
    /// `prosrc`; for a `BEGIN ATOMIC` body the deparsed one.
    pub body: String,
    /// `pg_get_functiondef`; for an aggregate, the options of `CREATE AGGREGATE`.
    pub definition: String,
    pub security_definer: bool,
    pub volatility: Volatility,
    pub strict: bool,
    pub leakproof: bool,
    /// `unsafe`, `restricted` or `safe`.
    pub parallel: String,
    /// `SET` clauses: `search_path` → `''`.
    pub settings: BTreeMap<String, String>,
    /// True when it returns `trigger` or `event_trigger`, so nobody can call it.
    pub is_trigger: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TriggerState {
    Origin,
    Disabled,
    Replica,
    Always,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TriggerTiming {
    Before,
    After,
    InsteadOf,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trigger {
    /// `pg_get_triggerdef`.
    pub definition: String,
    pub function: ObjectId,
    pub timing: TriggerTiming,
    /// `INSERT`, `UPDATE`, `DELETE`, `TRUNCATE`.
    pub events: BTreeSet<String>,
    pub for_each_row: bool,
    /// The columns of `UPDATE OF`; empty for all.
    pub columns: Vec<Identifier>,
    pub state: TriggerState,
    pub constraint: bool,
    /// True when it is the copy that a partition got from its parent.
    pub inherited: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventTrigger {
    pub owner: Identifier,
    pub event: String,
    pub tags: Vec<String>,
    pub function: ObjectId,
    pub state: TriggerState,
}

/// A rewrite rule. The rule that makes a view is the view itself and never listed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    pub definition: String,
    pub event: String,
    pub instead: bool,
    pub state: TriggerState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyCommand {
    All,
    Select,
    Insert,
    Update,
    Delete,
}

impl PolicyCommand {
    /// The command's keyword in upper case.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::All => "ALL",
            Self::Select => "SELECT",
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        }
    }

    /// True when a policy for `self` is consulted for `command`.
    pub fn covers(self, command: PolicyCommand) -> bool {
        self == Self::All || self == command
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    pub command: PolicyCommand,
    pub permissive: bool,
    /// `public` stands for every role.
    pub roles: BTreeSet<Identifier>,
    pub using: Option<String>,
    pub with_check: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Publication {
    pub owner: Identifier,
    pub all_tables: bool,
    pub via_partition_root: bool,
    /// `insert`, `update`, `delete`, `truncate`.
    pub operations: BTreeSet<String>,
    pub tables: Vec<PublicationTable>,
    /// PostgreSQL 15 and newer.
    pub schemas: Vec<Identifier>,
    /// PostgreSQL 18 and newer: `none` or `stored`.
    pub generated_columns: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PublicationTable {
    pub table: QualifiedName,
    /// None for all; PostgreSQL 15 and newer.
    pub columns: Option<Vec<Identifier>>,
    /// PostgreSQL 15 and newer.
    pub filter: Option<String>,
}

/// A subscription of this database. What the server's version does not know is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subscription {
    pub owner: Identifier,
    pub enabled: bool,
    /// As a URL without its password. None where it is hidden: only a superuser may read it.
    pub connection: Option<String>,
    pub publications: BTreeSet<String>,
    pub slot_name: Option<String>,
    /// Hidden with the connection before PostgreSQL 15.
    pub synchronous_commit: Option<String>,
    /// PostgreSQL 14 and newer.
    pub binary: Option<bool>,
    /// `off`, `on` or `parallel`; PostgreSQL 14 and newer, `parallel` 16.
    pub streaming: Option<String>,
    /// PostgreSQL 15 and newer.
    pub two_phase: Option<bool>,
    /// PostgreSQL 15 and newer.
    pub disable_on_error: Option<bool>,
    /// PostgreSQL 16 and newer.
    pub password_required: Option<bool>,
    /// PostgreSQL 16 and newer.
    pub run_as_owner: Option<bool>,
    /// `any` or `none`; PostgreSQL 16 and newer.
    pub origin: Option<String>,
    /// PostgreSQL 17 and newer.
    pub failover: Option<bool>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextSearchDictionary {
    pub owner: Identifier,
    pub template: QualifiedName,
    /// The options of the template, without quotes.
    pub options: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextSearchConfiguration {
    pub owner: Identifier,
    pub parser: QualifiedName,
    /// Kind of token (`asciiword`) → the dictionaries that are asked, in order.
    pub mappings: BTreeMap<String, Vec<QualifiedName>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExtendedStatistics {
    pub owner: Identifier,
    pub table: QualifiedName,
    /// `pg_get_statisticsobjdef`.
    pub definition: String,
    pub target: Option<i32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Operator {
    pub owner: Identifier,
    pub function: String,
    pub result: String,
    pub commutator: Option<String>,
    pub negator: Option<String>,
    pub restrict: Option<String>,
    pub join: Option<String>,
    pub hashes: bool,
    pub merges: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperatorClass {
    pub owner: Identifier,
    pub family: QualifiedName,
    pub input_type: String,
    pub key_type: Option<String>,
    pub is_default: bool,
    /// Its own operators and support functions, as `CREATE OPERATOR CLASS` takes them. What belongs to the family alone
    /// is the family's.
    #[serde(default)]
    pub members: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperatorFamily {
    pub owner: Identifier,
    /// `strategy operator` and `support function` lines, in order.
    pub members: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cast {
    /// None for a binary-coercible or an I/O cast.
    pub function: Option<String>,
    /// `implicit`, `assignment` or `explicit`.
    pub context: String,
    /// `function`, `inout` or `binary`.
    pub method: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ForeignDataWrapper {
    pub owner: Identifier,
    pub handler: Option<String>,
    pub validator: Option<String>,
    /// Names only where a value may be a secret.
    pub options: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ForeignServer {
    pub owner: Identifier,
    pub wrapper: Identifier,
    pub server_type: Option<String>,
    pub version: Option<String>,
    pub options: BTreeMap<String, String>,
}

/// The names of the options alone: their values hold passwords.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UserMapping {
    pub option_names: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comment {
    pub text: String,
}
