//! Runs planned files on a live database, one after the other, so that a kill at any point loses nothing.
//!
//! - A file that fits into one transaction commits together with its bookkeeping, or not at all.
//! - A file in several groups records each group's end in that group's own transaction. What cannot run in one is
//!   recorded before it begins; whoever comes next looks what became of it.
//! - The session that works holds the migration lock, so the lock lasts as long as a statement that nobody waits for.

mod groups;
mod migration_lock;
mod pooler;
mod recover;
mod session;
mod transaction;

use std::time::Duration;

use pgmason_model::plan::{PlannedFile, Step};
use thiserror::Error;

use crate::history::{Entry, HistoryError, Keeper};
use crate::run::StatementError;
use crate::{ConnectError, Pipeline};

pub use migration_lock::{Holder, acquire};
pub use pooler::refuse_transaction_pooler;
pub use session::Executor;
pub(crate) use session::is_lock_trouble;

/// How to run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long a statement waits for a relation in each of the short tries.
    pub lock_timeout: Duration,
    /// Short tries, before one that is longer than the server's deadlock_timeout: a shorter one always loses to
    /// autovacuum, whose workers give way only after that time (PostgreSQL 13 to 18).
    pub short_tries: u32,
    /// None: the server's own.
    pub statement_timeout: Option<Duration>,
    /// Who runs it: `user@host`.
    pub operator: Option<String>,
    /// The stage of a staged run.
    pub stage: Option<String>,
    /// Run a statement again of which nobody knows whether it did its work.
    pub rerun_unknown: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lock_timeout: Duration::from_millis(500),
            short_tries: 4,
            statement_timeout: None,
            operator: None,
            stage: None,
            rerun_unknown: false,
        }
    }
}

/// Which way a file is run, and what its success does to the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The file is entered.
    Up,
    /// The file's undo is run, and the file is taken out.
    Down,
}

/// What is said while a file runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress<'a> {
    /// A step ended.
    Step {
        step: &'a Step,
    },
    Notice(String),
    /// Somebody else holds a relation; another try follows.
    LockTimeout {
        step: u32,
        tries: u32,
        wait: Duration,
    },
    /// An index that an earlier run left INVALID was dropped.
    Repaired {
        index: String,
    },
    /// A step that was interrupted had done its work.
    WasDone {
        step: u32,
    },
}

/// A file that was run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Done {
    pub seconds: f64,
    /// Tries that a lock timeout ended.
    pub lock_timeouts: u32,
    /// The step at which an interrupted file went on, from 1.
    pub resumed_at: Option<u32>,
}

/// A file that failed.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The step, from 1; none for the end of the file.
    pub step: Option<u32>,
    /// 1-based.
    pub line: u32,
    /// The failing statement's beginning; `COMMIT` at the end.
    pub statement: String,
    pub error: StatementError,
    /// Steps that are done and stay done. The next run goes on behind them.
    pub steps_done: usize,
    pub steps: usize,
    /// Why going on needs a person, and what they can do.
    pub advice: Option<String>,
    pub lock_timeouts: u32,
    pub seconds: f64,
}

#[derive(Debug, Error)]
pub enum ExecuteError {
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error(transparent)]
    History(#[from] HistoryError),
    #[error("another run of migrations is at work on this database: {holder}")]
    Locked { holder: Holder },
    #[error("a pooler in transaction mode is in between: the session changes under our hands")]
    TransactionPooler,
    #[error("the server is a read-only replica")]
    ReadOnly,
    #[error("the server refused: {}", error.message)]
    Server { error: Box<StatementError> },
}

impl ExecuteError {
    /// One next step.
    pub fn hint(&self) -> String {
        match self {
            Self::Connect(error) => error.hint(),
            Self::History(error) => error.hint(),
            Self::Locked { holder: Holder { pid: Some(pid), .. } } => {
                format!("wait for it with `--lock-wait SECONDS`; if it hangs: SELECT pg_terminate_backend({pid})")
            }
            Self::Locked { .. } => "wait for it with `--lock-wait SECONDS`".to_owned(),
            Self::TransactionPooler => {
                "connect to the server itself, or to the pooler's session mode (Supabase: port 5432 instead of 6543)"
                    .to_owned()
            }
            Self::ReadOnly => "name the primary".to_owned(),
            Self::Server { error } => error.hint.clone().unwrap_or_else(|| "the server's log tells more".to_owned()),
        }
    }
}

impl From<Box<StatementError>> for ExecuteError {
    fn from(error: Box<StatementError>) -> Self {
        Self::Server { error }
    }
}

/// A file, what is entered for it, and the way.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    pub file: &'a PlannedFile,
    pub entry: &'a Entry,
    /// SHA-256 of each step's statement, in order.
    pub step_hashes: &'a [String],
    pub direction: Direction,
    pub keeper: Keeper,
}

impl Failure {
    /// For the history.
    fn to_json(&self) -> String {
        serde_json::json!({
            "message": self.error.message,
            "sqlstate": self.error.sqlstate,
            "detail": self.error.detail,
            "step": self.step,
            "line": self.line,
            "statement": self.statement,
        })
        .to_string()
    }
}

/// The server's deadlock_timeout.
fn deadlock_timeout(pipeline: &mut Pipeline) -> Duration {
    const QUERY: &str =
        "SELECT setting::bigint FROM pg_catalog.pg_settings WHERE name = 'deadlock_timeout' AND unit = 'ms'";
    let rows = pipeline.query(QUERY, &[]).unwrap_or_default();
    let milliseconds = rows.first().and_then(|row| row.try_get::<_, i64>(0).ok()).unwrap_or(1000);
    Duration::from_millis(u64::try_from(milliseconds).unwrap_or(1000))
}
