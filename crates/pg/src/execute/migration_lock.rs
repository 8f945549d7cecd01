//! One run of migrations on a database at a time: an advisory lock, polled.
//!
//! A session that blocks in `pg_advisory_lock` holds a snapshot, which CREATE INDEX CONCURRENTLY of the lock's holder
//! waits for: the two would wait for each other. A poll holds nothing between its questions.

use std::fmt;
use std::time::{Duration, Instant};

use tokio_postgres::types::Type;

use super::ExecuteError;
use crate::Pipeline;
use crate::run::statement_error;

/// The lock's number in every database: `pgmason` and a 1, as bytes.
const KEY: i64 = 0x7067_6d61_736f_6e01;

/// Whoever is at work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holder {
    pub pid: Option<i32>,
    pub role: Option<String>,
    pub application: Option<String>,
    pub address: Option<String>,
    pub since: Option<String>,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(pid) = self.pid else { return f.write_str("by somebody whom this role may not see") };
        write!(f, "session {pid}")?;
        if let Some(role) = &self.role {
            write!(f, " of {role}")?;
        }
        if let Some(address) = &self.address {
            write!(f, " from {address}")?;
        }
        match &self.since {
            Some(since) => write!(f, ", connected since {since}"),
            None => Ok(()),
        }
    }
}

/// Takes the lock for the session. `waiting` is told once who holds it.
pub fn acquire(pipeline: &mut Pipeline, wait: Duration, waiting: &mut dyn FnMut(&Holder)) -> Result<(), ExecuteError> {
    let deadline = Instant::now() + wait;
    let mut pause = Duration::from_millis(50);
    let mut told = false;
    loop {
        let rows = pipeline
            .query("SELECT pg_catalog.pg_try_advisory_lock($1)", &[(&KEY, Type::INT8)])
            .map_err(|error| Box::new(statement_error(&error, pipeline.is_closed())))?;
        if rows.first().is_some_and(|row| row.get(0)) {
            return Ok(());
        }
        let holder = holder(pipeline);
        if Instant::now() >= deadline {
            return Err(ExecuteError::Locked { holder });
        }
        if !told {
            waiting(&holder);
            told = true;
        }
        pipeline.wait(pause.min(deadline.saturating_duration_since(Instant::now())));
        pause = (pause * 2).min(Duration::from_secs(1));
    }
}

fn holder(pipeline: &mut Pipeline) -> Holder {
    let rows = pipeline.query(include_str!("holder.sql"), &[(&KEY, Type::INT8)]).unwrap_or_default();
    let Some(row) = rows.first() else { return Holder::default() };
    Holder {
        pid: row.get("pid"),
        role: row.get("role"),
        application: row.get("application"),
        address: row.get("address"),
        since: row.get("since"),
    }
}
