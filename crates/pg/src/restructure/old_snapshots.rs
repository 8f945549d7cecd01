//! Waits for transactions that see the database as it was before rows were copied.
//!
//! - A table that is swapped in is empty for a snapshot that is older than the copy, and its UPDATE finds no row: nothing
//!   fails, and the write is lost. ACCESS EXCLUSIVE keeps out only who has touched the table already (PostgreSQL 13 to 18).
//! - Asked once who there is, as CREATE INDEX CONCURRENTLY does: with a long writer around, new snapshots look as old.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use tokio_postgres::types::Type;

use super::blockers::Blocker;
use super::{Progress, RestructureError, Settings, state_error};
use crate::Pipeline;

/// A session, and when its transaction began.
type Transaction = (i32, String);

/// Waits for all that are there now, without holding anything.
pub(super) fn wait(
    pipeline: &mut Pipeline,
    settings: &Settings,
    title: &str,
    report: &mut dyn FnMut(Progress<'_>),
) -> Result<(), RestructureError> {
    let started = Instant::now();
    let before = next_transaction_id(pipeline)?;
    let mut left: Option<BTreeSet<Transaction>> = None;
    let mut told = BTreeSet::new();
    loop {
        let mut found = older_than(pipeline, before)?;
        if let Some(left) = &left {
            found.retain(|(transaction, _)| left.contains(transaction));
        }
        left = Some(found.iter().map(|(transaction, _)| transaction.clone()).collect());
        let Some((transaction, session)) = found.into_iter().next() else { return Ok(()) };
        // The many short ones of the day are gone at the next look.
        if started.elapsed() >= settings.lock_timeout && told.insert(transaction) {
            report(Progress::Blocked { by: &session });
        }
        if started.elapsed() >= settings.patience {
            return Err(RestructureError::OldSnapshot {
                title: title.to_owned(),
                seconds: started.elapsed().as_secs_f64(),
                blocker: Box::new(session),
            });
        }
        pipeline.wait(Duration::from_millis(20));
    }
}

fn next_transaction_id(pipeline: &mut Pipeline) -> Result<i64, RestructureError> {
    let sql = "SELECT pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::bigint";
    let rows = pipeline.query(sql, &[]).map_err(|error| state_error(&error))?;
    Ok(rows.first().map_or(0, |row| row.get(0)))
}

fn older_than(pipeline: &mut Pipeline, before: i64) -> Result<Vec<(Transaction, Blocker)>, RestructureError> {
    let rows = pipeline
        .query(include_str!("old_snapshots.sql"), &[(&before, Type::INT8)])
        .map_err(|error| state_error(&error))?;
    Ok(rows
        .iter()
        .map(|row| {
            let pid = row.get("pid");
            let begun = row.get::<_, Option<String>>("begun").unwrap_or_default();
            let session = Blocker {
                pid,
                role: row.get("role"),
                application: row.get("application"),
                state: row.get("state"),
                seconds: row.get("seconds"),
                query: row.get("query"),
                ..Blocker::default()
            };
            ((pid, begun), session)
        })
        .collect())
}
