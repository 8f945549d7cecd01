//! Who is in the way of a lock, asked before anything is queued.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use pgmason_model::quote_literal;
use pgmason_model::restructure::{Action, PlannedStage, RelationLock};
use tokio_postgres::types::Type;

use super::{RestructureError, state_error};
use crate::Pipeline;

/// A session whose transaction holds a lock that is in the way, and has for some time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Blocker {
    /// 0: a prepared transaction, whose session is gone.
    pub pid: i32,
    /// What it holds a lock on; empty: nothing, but its snapshot is older than the rows that were copied.
    pub relation: String,
    pub role: String,
    pub application: String,
    /// `active`, `idle in transaction`, `autovacuum worker`, `prepared`; empty where the role may not see it.
    pub state: String,
    /// That its transaction has lasted.
    pub seconds: f64,
    /// The beginning of its statement; of a prepared transaction its name.
    pub query: String,
    pub autovacuum: bool,
    /// Autovacuum that prevents wraparound gives way to nobody (PostgreSQL 13 to 18).
    pub wraparound: bool,
}

impl Blocker {
    pub fn describe(&self) -> String {
        let mut text = if self.pid == 0 {
            format!("the prepared transaction {}", quote_literal(&self.query))
        } else {
            format!("session {}", self.pid)
        };
        if !self.role.is_empty() {
            let _ = write!(text, " of {}", self.role);
        }
        if !self.application.is_empty() {
            let _ = write!(text, " ({})", self.application);
        }
        if !self.state.is_empty() && self.pid != 0 {
            let _ = write!(text, ", {}", self.state);
        }
        if self.relation.is_empty() {
            let _ = write!(text, ", sees the rows of {:.0} s ago, and not what was copied since", self.seconds);
        } else {
            let _ = write!(text, ", holds {} since {:.0} s", self.relation, self.seconds);
        }
        if !self.query.is_empty() && self.pid != 0 {
            let _ = write!(text, ": `{}`", pgmason_model::plan::beginning(&self.query, 80));
        }
        text
    }
}

/// Sessions that would keep the stage's transactions waiting at this moment, and have lasted for a second.
pub fn blockers_of(pipeline: &mut Pipeline, planned: &PlannedStage) -> Result<Vec<Blocker>, RestructureError> {
    let steps = planned.operations.iter().flat_map(|operation| operation.start.iter().chain(&operation.complete));
    let locks: BTreeSet<RelationLock> = steps
        .filter_map(|step| match &step.action {
            Action::Transaction { locks, .. } => Some(locks.iter().cloned()),
            _ => None,
        })
        .flatten()
        .collect();
    blockers(pipeline, &locks.into_iter().collect::<Vec<_>>(), Duration::from_secs(1))
}

/// Sessions that hold something in the way for longer than `lasting`, the longest first.
pub(super) fn blockers(
    pipeline: &mut Pipeline,
    locks: &[RelationLock],
    lasting: Duration,
) -> Result<Vec<Blocker>, RestructureError> {
    let names: Vec<String> = locks.iter().map(|lock| lock.relation.to_string()).collect();
    let modes: Vec<&str> = locks.iter().map(|lock| lock.mode.keyword()).collect();
    let seconds = lasting.as_secs_f64();
    let rows = pipeline
        .query(
            include_str!("blockers.sql"),
            &[(&names, Type::TEXT_ARRAY), (&modes, Type::TEXT_ARRAY), (&seconds, Type::FLOAT8)],
        )
        .map_err(|error| state_error(&error))?;
    Ok(rows
        .iter()
        .map(|row| {
            let query: String = row.get("query");
            Blocker {
                pid: row.get("pid"),
                relation: row.get("relation"),
                role: row.get("role"),
                application: row.get("application"),
                state: row.get("state"),
                seconds: row.get("seconds"),
                autovacuum: row.get::<_, Option<bool>>("autovacuum").unwrap_or(false),
                // pg_stat_activity shows it in the worker's own words.
                wraparound: query.ends_with("(to prevent wraparound)"),
                query,
            }
        })
        .collect())
}
