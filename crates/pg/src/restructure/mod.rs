//! Carries out the steps of a restructuring on a database in use, and keeps how far it is in the database itself.
//!
//! - A step that is one transaction commits with its record, or not at all. What runs outside of one is recorded before
//!   it begins. Any pgmason on any machine goes on from there.
//! - Nobody waits longer than one try for a lock, and nothing is queued behind a transaction that is known to last.
//! - The session that works holds the migration lock.
//! - No transaction that is older than a copy of rows meets what was copied: it would find none.

mod backfill;
mod blockers;
mod locks;
mod old_snapshots;
mod pace;
mod run;
mod size;
mod state;
mod throttle;
mod watch;

use std::time::Duration;

use thiserror::Error;

use crate::execute::ExecuteError;
use crate::run::StatementError;

pub use blockers::{Blocker, blockers_of};
pub use run::{Runner, Way};
pub use size::size_in_words;
pub use state::{
    NewStage, NewStep, Phase, Reached, Rehearsal, StageRow, StepRow, StepState, create, enter_rehearsal, is_there,
    rehearsals, sample, samples, stages, steps,
};
pub use watch::{counts_lost, last_use, problems_of_views, uses};

/// How to work.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The longest that a step queues for its locks in one try, all of them together: nobody waits behind it longer.
    pub lock_timeout: Duration,
    /// How long to go on trying, and to wait for sessions that are in the way.
    pub patience: Duration,
    /// How long a batch should take.
    pub batch_time: Duration,
    /// How often a backfill looks whether the server keeps up.
    pub look_every: Duration,
    /// A standby further behind than this makes a backfill wait.
    pub longest_lag: Duration,
    /// So do that many bytes of WAL that a replication slot, or the archive, keeps more than when the backfill began.
    pub most_kept_wal: i64,
    /// Checkpoints that WAL asks for more often than this make batches take a smaller share of the time.
    pub checkpoints_apart: Duration,
    /// Dead rows that came while the backfill runs are no reason to wait when they are no more than this,
    pub fewest_dead_rows: i64,
    /// and no more than this share of the live rows.
    pub dead_rows_share: f64,
    /// A transaction keeps dead rows from being cleaned when it is older than this.
    pub old_snapshot: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lock_timeout: Duration::from_millis(100),
            patience: Duration::from_secs(120),
            batch_time: Duration::from_millis(200),
            look_every: Duration::from_secs(1),
            longest_lag: Duration::from_secs(10),
            // Disks of servers have that much to spare; what max_wal_size allows is reached long before.
            most_kept_wal: 4 << 30,
            // The server warns at as much (`checkpoint_warning`).
            checkpoints_apart: Duration::from_secs(30),
            fewest_dead_rows: 100_000,
            // Autovacuum comes at a fifth: at half, it does not, or cannot.
            dead_rows_share: 0.5,
            old_snapshot: Duration::from_secs(10),
        }
    }
}

/// What is said while steps run.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress<'a> {
    /// A step begins. Its place among the steps that are to run, from 1.
    Step {
        title: &'a str,
        place: usize,
        of: usize,
    },
    /// Somebody is in the way; nothing is queued meanwhile.
    Blocked {
        by: &'a Blocker,
    },
    LockTimeout {
        title: &'a str,
        tries: u32,
    },
    Rows {
        title: &'a str,
        visited: i64,
        expected: f64,
        per_second: f64,
    },
    /// A standby is behind, WAL or dead rows pile up, or checkpoints follow each other.
    Throttled {
        why: String,
    },
    Notice(String),
}

#[derive(Debug, Error)]
pub enum RestructureError {
    #[error(transparent)]
    Execute(#[from] ExecuteError),
    #[error("{title}: {}", error.message)]
    Step { title: String, error: Box<StatementError> },
    #[error("{title}: {message}")]
    Check { title: String, message: String },
    #[error("{title}: no lock on its tables in {seconds:.0} s, {tries} tries")]
    NoLock { title: String, seconds: f64, tries: u32, blocker: Option<Box<Blocker>> },
    #[error("{title}: after {seconds:.0} s a transaction still sees the rows as they were before they were copied")]
    OldSnapshot { title: String, seconds: f64, blocker: Box<Blocker> },
    #[error("{title}: {reason}")]
    CannotUndo { title: String, reason: String },
    #[error("{title}: it was interrupted, and nothing tells whether it did its work")]
    Unknown { title: String },
    #[error("cannot read or write the state of restructurings: {message}")]
    State { message: String, sqlstate: Option<String> },
}

impl RestructureError {
    /// One next step.
    pub fn hint(&self) -> String {
        match self {
            Self::Execute(error) => error.hint(),
            Self::Step { error, .. } => error.hint.clone().unwrap_or_else(|| {
                "what is done stays done: mend the reason, and run the same command again".to_owned()
            }),
            Self::Check { .. } => {
                "mend it and run the same command again, or `pgmason restructure rollback`".to_owned()
            }
            Self::NoLock { blocker: Some(blocker), .. } | Self::OldSnapshot { blocker, .. } => {
                format!("{}; end it, or wait longer with --lock-wait", blocker.describe())
            }
            Self::NoLock { .. } => "run it again at a quieter time, or with a longer --lock-wait".to_owned(),
            Self::CannotUndo { .. } => "restore what it took from a backup".to_owned(),
            Self::Unknown { .. } => "look for yourself, and run it again with --rerun".to_owned(),
            Self::State { sqlstate, .. } if sqlstate.as_deref() == Some("25006") => {
                "the database or the role is set to default_transaction_read_only: find out why before you change it"
                    .to_owned()
            }
            Self::State { .. } => "connect as the role that began the restructuring".to_owned(),
        }
    }
}

pub fn state_error(error: &postgres::Error) -> RestructureError {
    RestructureError::State {
        message: error.as_db_error().map_or_else(|| error.to_string(), |error| error.message().to_owned()),
        sqlstate: error.code().map(|code| code.code().to_owned()),
    }
}
