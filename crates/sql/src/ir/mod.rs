//! What a statement says, in PostgreSQL's own terms, with spans into the statement's text.
//!
//! Every span is a byte range relative to the text given to `parse_statement`. Names are folded. Expression texts are verbatim.

mod dml;
mod object;
mod routine;
mod table;

pub use dml::*;
pub use object::*;
pub use routine::*;
pub use table::*;

use crate::Name;

/// A byte range in the statement's text.
pub type Span = std::ops::Range<usize>;

/// A stretch of the statement, verbatim.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fragment {
    /// The text as written, without surrounding whitespace.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A name and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NameAt {
    /// The folded name.
    pub name: Name,
    /// Where it stands.
    pub span: Span,
}

/// A function that the statement calls when it runs (not inside a body that it only defines).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionCall {
    /// The function.
    pub name: Name,
    /// The first argument where it is a plain string constant, decoded: `nextval('s')`, `set_config('search_path', …)`.
    pub first_text: Option<String>,
    /// The second such argument.
    pub second_text: Option<String>,
    /// Where the name stands.
    pub span: Span,
}

/// One SQL statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What it is.
    pub kind: StatementKind,
    /// Functions that running this statement calls, in DML, queries, `CALL`, `CREATE TABLE AS` and the like.
    /// Defaults, checks, policies and bodies are not called by the statement that defines them.
    pub calls: Vec<FunctionCall>,
    /// Relations that a query in this statement reads (after FROM, JOIN, USING), without the names of its own WITH parts.
    pub reads: Vec<NameAt>,
    /// Parts of WITH that change data: the statement changes these tables too.
    pub with_changes: Vec<DataChange>,
    /// The grammar rejected the statement although its kind could be read. `None` with `Unparsed`, which carries its own.
    pub syntax_error: Option<SyntaxProblem>,
}

impl Statement {
    /// Nothing in the statement was left unread: neither `Unparsed` nor rejected by the grammar.
    pub fn is_fully_read(&self) -> bool {
        self.syntax_error.is_none() && !matches!(self.kind, StatementKind::Unparsed { .. })
    }
}

/// Where and why a statement could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxProblem {
    /// What was expected or found.
    pub message: String,
    /// Byte offset in the statement's text.
    pub offset: usize,
}

/// The statement's kind with what rules and the state simulation need of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatementKind {
    /// `CREATE TABLE`, `CREATE TABLE … AS`, `CREATE FOREIGN TABLE`.
    CreateTable(Box<CreateTable>),
    /// `ALTER TABLE` and `ALTER FOREIGN TABLE`.
    AlterTable(AlterTable),
    /// `CREATE INDEX`.
    CreateIndex(Box<CreateIndex>),
    /// `ALTER INDEX`.
    AlterIndex(AlterRelation),
    /// `REINDEX`.
    Reindex(Reindex),
    /// `CREATE VIEW` and `CREATE MATERIALIZED VIEW`.
    CreateView(Box<CreateView>),
    /// `ALTER VIEW` and `ALTER MATERIALIZED VIEW`.
    AlterView(AlterRelation),
    /// `REFRESH MATERIALIZED VIEW`.
    RefreshMaterializedView {
        /// The view.
        name: Name,
        /// `CONCURRENTLY`.
        concurrently: bool,
        /// `WITH NO DATA`.
        with_no_data: bool,
    },
    /// `CREATE FUNCTION` and `CREATE PROCEDURE`.
    CreateFunction(Box<CreateFunction>),
    /// `ALTER FUNCTION | PROCEDURE | ROUTINE | AGGREGATE`.
    AlterFunction(AlterFunction),
    /// `CREATE AGGREGATE`.
    CreateAggregate {
        /// The aggregate.
        name: Name,
        /// `OR REPLACE`.
        or_replace: bool,
    },
    /// `DO`.
    Do(DoBlock),
    /// `CALL`; the procedure is in `Statement::calls`.
    Call {
        /// The procedure.
        name: Name,
    },
    /// `CREATE TRIGGER`.
    CreateTrigger(Box<CreateTrigger>),
    /// `CREATE EVENT TRIGGER`.
    CreateEventTrigger {
        /// The event trigger.
        name: String,
        /// The event, such as `ddl_command_end`.
        event: String,
    },
    /// `CREATE RULE`.
    CreateRule {
        /// The rule.
        name: String,
        /// Its table.
        table: Name,
        /// `OR REPLACE`.
        or_replace: bool,
    },
    /// `CREATE POLICY`.
    CreatePolicy(Box<CreatePolicy>),
    /// `ALTER POLICY`.
    AlterPolicy(Box<AlterPolicy>),
    /// `CREATE TYPE` and `CREATE DOMAIN`.
    CreateType(Box<CreateType>),
    /// `ALTER TYPE` and `ALTER DOMAIN`.
    AlterType(AlterType),
    /// `CREATE SEQUENCE`.
    CreateSequence {
        /// The sequence.
        name: Name,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
        /// `TEMPORARY`.
        temporary: bool,
        /// `OWNED BY table.column`: table and column.
        owned_by: Option<(Name, String)>,
    },
    /// `ALTER SEQUENCE`.
    AlterSequence(AlterRelation),
    /// `CREATE SCHEMA`.
    CreateSchema {
        /// The schema; that of `AUTHORIZATION` when none was written.
        name: String,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
    },
    /// `CREATE EXTENSION`.
    CreateExtension {
        /// The extension.
        name: String,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
        /// `SCHEMA`.
        schema: Option<String>,
        /// `VERSION`.
        version: Option<String>,
        /// `CASCADE`.
        cascade: bool,
    },
    /// `ALTER EXTENSION`.
    AlterExtension {
        /// The extension.
        name: String,
        /// `UPDATE [TO version]`.
        update: bool,
        /// The schema of `SET SCHEMA`.
        set_schema: Option<String>,
    },
    /// `CREATE ROLE | USER | GROUP`.
    CreateRole {
        /// The role.
        name: String,
        /// `SUPERUSER`.
        superuser: bool,
        /// A password is written in the statement.
        has_password: bool,
    },
    /// `ALTER ROLE | USER | GROUP`, also `ALTER ROLE … SET`.
    AlterRole {
        /// The role; `None` for `ALL`.
        name: Option<String>,
        /// `SUPERUSER`.
        superuser: bool,
        /// A password is written in the statement.
        has_password: bool,
        /// The setting of `SET name …` or `RESET name`.
        setting: Option<String>,
    },
    /// `CREATE DATABASE`.
    CreateDatabase {
        /// The database.
        name: String,
    },
    /// `ALTER DATABASE`.
    AlterDatabase {
        /// The database.
        name: String,
        /// The setting of `SET name …`.
        setting: Option<String>,
    },
    /// `CREATE TABLESPACE`.
    CreateTablespace {
        /// The tablespace.
        name: String,
    },
    /// `CREATE PUBLICATION`.
    CreatePublication {
        /// The publication.
        name: String,
        /// `FOR ALL TABLES`.
        all_tables: bool,
        /// `FOR TABLES IN SCHEMA`.
        tables_in_schema: bool,
        /// Tables named.
        tables: Vec<Name>,
    },
    /// `ALTER PUBLICATION`.
    AlterPublication {
        /// The publication.
        name: String,
        /// Tables added.
        add: Vec<Name>,
        /// Tables dropped.
        drop: Vec<Name>,
        /// `SET TABLE`: the new list.
        set: Vec<Name>,
        /// `TABLES IN SCHEMA` is named.
        tables_in_schema: bool,
    },
    /// `CREATE SUBSCRIPTION`.
    CreateSubscription {
        /// The subscription.
        name: String,
        /// It creates a replication slot, which is the default.
        creates_slot: bool,
    },
    /// `CREATE STATISTICS`.
    CreateStatistics {
        /// The statistics object; PostgreSQL 16 chooses a name where none was written.
        name: Option<Name>,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
        /// The table.
        table: Option<Name>,
    },
    /// Any other `CREATE`: cast, operator, operator class, language, collation, server, text search object, …
    CreateOther {
        /// What is created.
        object: ObjectKind,
        /// Its name where it has one.
        name: Option<Name>,
        /// `OR REPLACE`.
        or_replace: bool,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
    },
    /// Any other `ALTER object name`.
    AlterOther {
        /// What is altered.
        object: ObjectKind,
        /// Its name.
        name: Option<Name>,
        /// What becomes of it, where it is one of the usual three.
        change: RelationChange,
    },
    /// `ALTER SYSTEM`.
    AlterSystem,
    /// `ALTER DEFAULT PRIVILEGES`.
    AlterDefaultPrivileges(Box<AlterDefaultPrivileges>),
    /// `DROP` of anything, also `DROP OWNED`.
    Drop(DropObjects),
    /// `TRUNCATE`.
    Truncate {
        /// The tables.
        tables: Vec<NameAt>,
        /// `CASCADE`.
        cascade: bool,
        /// `RESTART IDENTITY`.
        restart_identity: bool,
    },
    /// `INSERT`, `UPDATE`, `DELETE`, `MERGE`.
    Change(DataChange),
    /// `SELECT`, `VALUES`, `TABLE`.
    Select(Select),
    /// `COPY`.
    Copy(Copy),
    /// `BEGIN`, `COMMIT`, …
    Transaction(TransactionControl),
    /// `SET`.
    Set(SetVariable),
    /// `RESET name`, `RESET ALL`, `DISCARD`.
    Reset {
        /// The setting, `None` for all of them.
        name: Option<String>,
    },
    /// `SHOW`.
    Show {
        /// The setting.
        name: String,
    },
    /// `GRANT` and `REVOKE`.
    Grant(Box<Grant>),
    /// `COMMENT ON`.
    Comment(Comment),
    /// `SECURITY LABEL`.
    SecurityLabel,
    /// `VACUUM`.
    Vacuum {
        /// `FULL`.
        full: bool,
        /// Tables named; none means all.
        tables: Vec<Name>,
    },
    /// `ANALYZE`.
    Analyze {
        /// Tables named; none means all.
        tables: Vec<Name>,
    },
    /// `CLUSTER`, `None` for all clustered tables.
    Cluster {
        /// The table.
        table: Option<Name>,
    },
    /// `REPACK` (PostgreSQL 19).
    Repack {
        /// The table.
        table: Option<Name>,
        /// `CONCURRENTLY`.
        concurrently: bool,
    },
    /// `CHECKPOINT`.
    Checkpoint,
    /// `LOCK TABLE`.
    LockTable {
        /// The tables.
        tables: Vec<NameAt>,
        /// The mode; ACCESS EXCLUSIVE when none was written.
        mode: LockLevel,
        /// `NOWAIT`.
        nowait: bool,
    },
    /// `NOTIFY`, `LISTEN`, `UNLISTEN`.
    Notify,
    /// `LOAD`.
    Load,
    /// `PREPARE name AS …`.
    Prepare {
        /// The prepared statement.
        statement: Box<Statement>,
    },
    /// `EXECUTE` and `DEALLOCATE` of a prepared statement, and `DECLARE`, `FETCH`, `MOVE`, `CLOSE` of cursors.
    PreparedOrCursor,
    /// `EXPLAIN`.
    Explain {
        /// `ANALYZE`: the statement is run.
        analyze: bool,
        /// The statement explained.
        statement: Box<Statement>,
    },
    /// `IMPORT FOREIGN SCHEMA`.
    ImportForeignSchema,
    /// `REASSIGN OWNED`.
    ReassignOwned,
    /// A statement that nothing needs to know more about.
    Other {
        /// The leading keywords, upper case.
        keywords: String,
    },
    /// Only whitespace and comments.
    Empty,
    /// What could not be read.
    Unparsed {
        /// Why and where.
        error: SyntaxProblem,
    },
}
