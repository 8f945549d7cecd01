//! What a database knows of its migrations: which it has, and how each run of them went.
//!
//! - Where `supabase_migrations.schema_migrations` exists it is the truth, and stays as the Supabase CLI reads it;
//!   elsewhere `pgmason.migrations` is. Runs are always in `pgmason.migration_runs`.
//! - A history that row level security hides from the role is an error, never an empty history.

mod read;
mod write;

use thiserror::Error;

pub use read::{foreign, read, slow_runs, trend};
pub use write::{Entry, create, enter, mark, remove, rename};
pub(crate) use write::{RECORD_RUN, Recorded, enter_sql, remove_sql};

/// Where pgmason keeps its own tables.
pub const SCHEMA: &str = "pgmason";

/// Whose table is the truth about what is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeper {
    Supabase,
    Pgmason,
}

impl Keeper {
    pub fn table(self) -> &'static str {
        match self {
            Self::Supabase => "supabase_migrations.schema_migrations",
            Self::Pgmason => "pgmason.migrations",
        }
    }
}

#[derive(Debug, Error)]
pub enum HistoryError {
    /// Row level security is active for the role: an empty answer would mean nothing.
    #[error("role {role} cannot see the history in {table}: row level security hides its rows")]
    Hidden { role: String, table: &'static str },
    #[error("role {role} may not {action} the history in {table}")]
    NoPrivilege { role: String, action: &'static str, table: &'static str },
    #[error("cannot {action} the history in {table}: {message}")]
    Server { action: &'static str, table: &'static str, message: String },
    #[error("cannot {action} the history: {message}")]
    Refused { action: &'static str, message: String },
}

impl HistoryError {
    /// One next step.
    pub fn hint(&self) -> String {
        match self {
            Self::Hidden { role, .. } => format!("connect as the owner of the table, or ALTER ROLE {role} BYPASSRLS"),
            Self::NoPrivilege { action: "create", role, .. } => {
                format!("connect as the database's owner, or GRANT CREATE ON DATABASE to {role}")
            }
            Self::NoPrivilege { .. } => "connect as the role that applied the first migration".to_owned(),
            Self::Server { .. } | Self::Refused { .. } => "try again; the server's log tells more".to_owned(),
        }
    }
}

/// The history of one database.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// None where there is no history yet.
    pub keeper: Option<Keeper>,
    /// In the order of their versions, byte by byte.
    pub applied: Vec<Applied>,
    /// The latest run of each version, in the order of their versions.
    pub runs: Vec<Run>,
    /// pgmason's own tables are there.
    pub has_runs: bool,
    pub renames: Vec<Rename>,
    /// Versions that only `pgmason.migrations` has, although another table is the truth now.
    pub to_be_moved: usize,
    pub facts: Facts,
}

/// A migration that the database has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    pub version: String,
    pub name: Option<String>,
    /// None where an old version of a tool kept none.
    pub statements: Option<Vec<String>>,
    pub applied_at: Option<String>,
    pub applied_by: Option<String>,
}

/// One run of a migration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    pub id: i64,
    pub version: String,
    pub name: String,
    /// `up`, `down` or `mark`.
    pub direction: String,
    /// `running`, `applied`, `failed`, `reverted` or `marked`.
    pub outcome: String,
    pub sha256: Option<String>,
    pub statements_sha256: Option<String>,
    pub step_hashes: Vec<String>,
    pub steps_done: usize,
    /// Began, and nobody recorded how it ended.
    pub step_begun: Option<usize>,
    /// ISO 8601, UTC.
    pub started_at: String,
    pub seconds: Option<f64>,
    pub run_by: String,
    pub operator: Option<String>,
    pub stage: Option<String>,
    pub undo: Option<String>,
    /// JSON: message, sqlstate, line, statement.
    pub error: Option<String>,
}

impl Run {
    /// A file that is neither applied nor untouched.
    pub fn is_half_done(&self) -> bool {
        self.direction == "up" && self.stopped_half_way()
    }

    /// A file that is neither applied nor taken back.
    pub fn is_half_undone(&self) -> bool {
        self.direction == "down" && self.stopped_half_way()
    }

    fn stopped_half_way(&self) -> bool {
        matches!(self.outcome.as_str(), "running" | "failed") && (self.steps_done > 0 || self.step_begun.is_some())
    }
}

/// A renamed table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rename {
    pub old_name: String,
    pub new_name: String,
    pub status: String,
}

/// A finished run, for those who look for what is slow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SlowRun {
    pub version: String,
    pub name: String,
    pub direction: String,
    pub outcome: String,
    pub started_at: String,
    pub seconds: f64,
}

/// A day's applied files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trend {
    pub day: String,
    pub files: i32,
    pub middle: f64,
    pub longest: f64,
}

/// What one look at the database says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub in_recovery: bool,
    pub role: String,
    /// Schemas that names without one are looked for in, without those that every path has.
    pub search_path: Vec<String>,
}

/// A history table that another tool keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignTable {
    pub schema: String,
    pub name: String,
    pub columns: Vec<String>,
}
