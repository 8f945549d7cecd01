//! Statements that read or change rows, and those that steer the session.

use super::{Fragment, NameAt, Span};
use crate::Name;

/// Which of the four changes rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // PostgreSQL's own words.
pub enum DataChangeKind {
    Insert,
    Update,
    Delete,
    Merge,
}

/// `INSERT`, `UPDATE`, `DELETE` or `MERGE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataChange {
    /// Which.
    pub kind: DataChangeKind,
    /// The table.
    pub table: Name,
    /// Where its name stands.
    pub table_span: Span,
    /// `ON CONFLICT` (INSERT).
    pub on_conflict: bool,
    /// `WHERE` of UPDATE or DELETE (also `WHERE CURRENT OF`).
    pub filter: Option<Fragment>,
    /// INSERT from a query (`SELECT …`) rather than VALUES; such a query may make itself idempotent by its own WHERE.
    pub from_query: bool,
    /// The INSERT's query has a NOT EXISTS or an EXCEPT: it adds only what is missing.
    pub guarded: bool,
    /// Rows in VALUES; 0 for queries and DEFAULT VALUES.
    pub values_rows: usize,
}

impl DataChange {
    /// UPDATE or DELETE has a WHERE.
    pub fn has_where(&self) -> bool {
        self.filter.is_some()
    }
}

/// `SELECT`, `VALUES` or `TABLE`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Select {
    /// `SELECT … INTO table`: creates it. (In plpgsql the scanner reads INTO as variables.)
    pub into: Option<Name>,
    /// `FOR UPDATE`, `FOR SHARE` and the like.
    pub for_update: bool,
}

/// Where `COPY` reads from or writes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CopyEnd {
    /// `STDIN` or `STDOUT`.
    Client,
    /// A file on the server.
    File(String),
    /// A program on the server.
    Program(String),
}

/// `COPY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// The table; `None` for `COPY (query) TO`.
    pub table: Option<NameAt>,
    /// `FROM`: rows are added. `TO` otherwise.
    pub from: bool,
    /// The other end.
    pub end: CopyEnd,
}

/// Transaction commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransactionControl {
    /// `BEGIN`, `START TRANSACTION`.
    Begin,
    /// `COMMIT`, `END`.
    Commit,
    /// `ROLLBACK`, `ABORT`.
    Rollback,
    /// `SAVEPOINT`.
    Savepoint(String),
    /// `RELEASE`.
    Release(String),
    /// `ROLLBACK TO`.
    RollbackTo(String),
    /// `PREPARE TRANSACTION`, `COMMIT PREPARED`, `ROLLBACK PREPARED`.
    Prepared,
    /// `SET TRANSACTION`, `SET CONSTRAINTS`, `SET SESSION CHARACTERISTICS`.
    Characteristics,
}

/// `SET name = value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetVariable {
    /// The setting, folded. `SET ROLE`, `SET TIME ZONE`, `SET SESSION AUTHORIZATION`, `SET NAMES`, `SET SCHEMA` become
    /// `role`, `timezone`, `session_authorization`, `client_encoding`, `search_path`.
    pub name: String,
    /// Values, decoded; identifiers folded. `DEFAULT` gives none.
    pub values: Vec<String>,
    /// `SET LOCAL`.
    pub local: bool,
    /// What was written after the name, verbatim.
    pub text: String,
}
