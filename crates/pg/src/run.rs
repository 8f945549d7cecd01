//! Runs statements one at a time, with a deadline that the client keeps.
//!
//! The embedded server's own timers are inert, so a statement that takes too long is cancelled from outside.

use std::io::Write as _;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use postgres::error::{ErrorPosition, Severity, SqlState};
use postgres::{CancelToken, Client, NoTls};
use thiserror::Error;

/// Why a statement failed, as the server said it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct StatementError {
    /// Five characters; none when the server did not answer.
    pub sqlstate: Option<String>,
    pub message: String,
    pub detail: Option<String>,
    pub hint: Option<String>,
    /// The function or file that the error came from, innermost first.
    pub context: Option<String>,
    /// Where in the statement, in characters from 0.
    pub position: Option<usize>,
    /// What the server names beside its words.
    pub about: ErrorObjects,
    /// True when the deadline passed and the statement was cancelled.
    pub timed_out: bool,
    /// True when the connection is gone with it.
    pub connection_lost: bool,
}

/// The objects that an error is about, bare names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorObjects {
    pub schema: Option<String>,
    pub table: Option<String>,
    pub column: Option<String>,
    pub data_type: Option<String>,
    pub constraint: Option<String>,
}

/// A connection that keeps deadlines.
pub struct Session {
    client: Client,
    watchdog: Watchdog,
    limit: Duration,
}

impl Session {
    /// `limit` holds for every statement.
    pub fn new(client: Client, limit: Duration) -> Self {
        let watchdog = Watchdog::new(client.cancel_token());
        Self { client, watchdog, limit }
    }

    /// The connection itself, for queries that need no deadline.
    pub fn client(&mut self) -> &mut Client {
        &mut self.client
    }

    /// Runs SQL by the simple protocol, as psql does.
    pub fn run(&mut self, sql: &str) -> Result<(), Box<StatementError>> {
        self.watched(|client| client.batch_execute(sql))
    }

    /// Runs one statement with bound text parameters.
    pub fn run_with(&mut self, sql: &str, parameters: &[&str]) -> Result<(), Box<StatementError>> {
        let bound: Vec<&(dyn postgres::types::ToSql + Sync)> =
            parameters.iter().map(|text| text as &(dyn postgres::types::ToSql + Sync)).collect();
        self.watched(|client| client.execute(sql, &bound).map(drop))
    }

    /// Runs `COPY … FROM STDIN` with its data.
    pub fn copy_in(&mut self, sql: &str, data: &[u8]) -> Result<(), Box<StatementError>> {
        self.watched(|client| {
            let mut writer = client.copy_in(sql)?;
            match writer.write_all(data) {
                // The server's own reason comes with finish.
                Ok(()) | Err(_) => writer.finish().map(drop),
            }
        })
    }

    fn watched(
        &mut self,
        work: impl FnOnce(&mut Client) -> Result<(), postgres::Error>,
    ) -> Result<(), Box<StatementError>> {
        self.watchdog.arm(self.limit);
        let outcome = work(&mut self.client);
        let fired = self.watchdog.disarm();
        outcome.map_err(|error| {
            let mut error = statement_error(&error, self.client.is_closed());
            error.timed_out = fired && error.sqlstate.as_deref() == Some(SqlState::QUERY_CANCELED.code());
            Box::new(error)
        })
    }
}

/// The server's words, taken apart.
pub fn statement_error(error: &postgres::Error, connection_lost: bool) -> StatementError {
    match error.as_db_error() {
        Some(db) => StatementError {
            sqlstate: Some(db.code().code().to_owned()),
            message: db.message().to_owned(),
            detail: db.detail().map(str::to_owned),
            hint: db.hint().map(str::to_owned),
            context: db.where_().map(str::to_owned),
            position: match db.position() {
                Some(ErrorPosition::Original(position)) => Some((*position as usize).saturating_sub(1)),
                _ => None,
            },
            about: ErrorObjects {
                schema: db.schema().map(str::to_owned),
                table: db.table().map(str::to_owned),
                column: db.column().map(str::to_owned),
                data_type: db.datatype().map(str::to_owned),
                constraint: db.constraint().map(str::to_owned),
            },
            timed_out: false,
            // After FATAL the server ends the connection, which the driver may learn only later.
            connection_lost: connection_lost || matches!(db.parsed_severity(), Some(Severity::Fatal | Severity::Panic)),
        },
        None => StatementError {
            sqlstate: None,
            message: error.to_string(),
            detail: None,
            hint: None,
            context: None,
            position: None,
            about: ErrorObjects::default(),
            timed_out: false,
            connection_lost,
        },
    }
}

/// A thread that cancels what runs past its deadline.
struct Watchdog {
    shared: Arc<(Mutex<Watch>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Watch {
    deadline: Option<Instant>,
    fired: bool,
    ended: bool,
}

impl Watchdog {
    fn new(cancel: CancelToken) -> Self {
        let shared = Arc::new((Mutex::new(Watch::default()), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let thread = std::thread::spawn(move || watch(&theirs, &cancel));
        Self { shared, thread: Some(thread) }
    }

    fn state(&self) -> MutexGuard<'_, Watch> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn arm(&self, limit: Duration) {
        let mut state = self.state();
        state.deadline = Some(Instant::now() + limit);
        state.fired = false;
        // Not woken here: the thread looks at the deadline when its own wait ends, which is never later than
        // `CHECK` after it, and a wake-up per statement would cost more than the statement.
    }

    /// True when the deadline had passed.
    fn disarm(&self) -> bool {
        let mut state = self.state();
        state.deadline = None;
        state.fired
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.state().ended = true;
        self.shared.1.notify_all();
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// How often the deadline is looked at.
const CHECK: Duration = Duration::from_millis(50);

fn watch(shared: &(Mutex<Watch>, Condvar), cancel: &CancelToken) {
    let mut state = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
    while !state.ended {
        if state.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            state.deadline = None;
            state.fired = true;
            drop(state);
            // The statement may end at this very moment; a cancel that comes too late does nothing.
            drop(cancel.cancel_query(NoTls));
            state = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
            continue;
        }
        (state, _) = shared.1.wait_timeout(state, CHECK).unwrap_or_else(PoisonError::into_inner);
    }
}
