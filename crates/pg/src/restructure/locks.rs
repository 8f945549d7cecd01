//! Runs a transaction under locks that it takes first, so that nobody waits behind it longer than one short try.
//!
//! - A transaction that is known to last is waited for without a place in the queue: nobody stands behind us then.
//! - SHARE UPDATE EXCLUSIVE comes first. Readers and writers do not wait for it, and after `deadlock_timeout` it makes
//!   autovacuum give way and keeps it away (PostgreSQL 13 to 18): the try for ACCESS EXCLUSIVE can stay short.
//! - A try is a savepoint: what it got goes back when it fails, and SHARE UPDATE EXCLUSIVE stays.

use std::time::{Duration, Instant};

use pgmason_model::restructure::{LockMode, RelationLock};

use super::blockers::{Blocker, blockers};
use super::{Progress, RestructureError, Settings};
use crate::Pipeline;
use crate::execute::is_lock_trouble;
use crate::pipeline::Message;
use crate::run::StatementError;

/// Runs messages in one transaction under the locks. Gives how many tries failed. The messages do not end the
/// transaction; COMMIT goes with them.
pub(super) fn run_locked(
    pipeline: &mut Pipeline,
    settings: &Settings,
    title: &str,
    locks: &[RelationLock],
    messages: &[Message<'_>],
    report: &mut dyn FnMut(Progress<'_>),
) -> Result<u32, RestructureError> {
    let deadline = Instant::now() + settings.patience;
    let started = Instant::now();
    let mut tries = 0;
    let mut last_blocker = None;
    loop {
        wait_for_blockers(pipeline, settings, locks, deadline, &mut last_blocker, report)?;
        let outcome = one_transaction(pipeline, settings, locks, messages, deadline, &mut tries, title, report);
        match outcome {
            Ok(()) => return Ok(tries),
            Err(error) => {
                if !pipeline.is_closed() {
                    drop(pipeline.run(Message::Simple("ROLLBACK")));
                    // COMMIT was on its way, and had ended it already.
                    pipeline.take_notices();
                }
                let trouble = is_lost_try(&error);
                if trouble && Instant::now() < deadline {
                    tries += 1;
                    report(Progress::LockTimeout { title, tries });
                    pipeline.wait(pause(tries));
                    continue;
                }
                if trouble {
                    let blocker = blockers(pipeline, locks, Duration::ZERO)?.into_iter().next().or(last_blocker);
                    return Err(RestructureError::NoLock {
                        title: title.to_owned(),
                        seconds: started.elapsed().as_secs_f64(),
                        tries,
                        blocker: blocker.map(Box::new),
                    });
                }
                return Err(RestructureError::Step { title: title.to_owned(), error });
            }
        }
    }
}

/// Sessions that hold something in the way are named once and waited for.
fn wait_for_blockers(
    pipeline: &mut Pipeline,
    settings: &Settings,
    locks: &[RelationLock],
    deadline: Instant,
    last: &mut Option<Blocker>,
    report: &mut dyn FnMut(Progress<'_>),
) -> Result<(), RestructureError> {
    if locks.is_empty() {
        return Ok(());
    }
    loop {
        let Some(blocker) = who_stays(pipeline, settings, locks)? else {
            return Ok(());
        };
        if last.as_ref().is_none_or(|known| known.pid != blocker.pid) {
            report(Progress::Blocked { by: &blocker });
        }
        *last = Some(blocker);
        if Instant::now() >= deadline {
            return Ok(());
        }
        pipeline.wait(Duration::from_millis(100));
    }
}

/// The session that would outlast a short try. Autovacuum is made to give way; all others are not, nor is it where no
/// LOCK TABLE comes first.
fn who_stays(
    pipeline: &mut Pipeline,
    settings: &Settings,
    locks: &[RelationLock],
) -> Result<Option<Blocker>, RestructureError> {
    let found = blockers(pipeline, locks, settings.lock_timeout.max(Duration::from_millis(50)))?;
    let stays = |blocker: &Blocker| {
        let at = |lock: &RelationLock| lock.is_by_statement() && lock.relation.to_string() == blocker.relation;
        !blocker.autovacuum || blocker.wraparound || locks.iter().any(at)
    };
    Ok(found.into_iter().find(stays))
}

#[expect(clippy::too_many_arguments, reason = "one transaction, told apart for reading only")]
fn one_transaction(
    pipeline: &mut Pipeline,
    settings: &Settings,
    locks: &[RelationLock],
    messages: &[Message<'_>],
    deadline: Instant,
    tries: &mut u32,
    title: &str,
    report: &mut dyn FnMut(Progress<'_>),
) -> Result<(), Box<StatementError>> {
    let short = settings.lock_timeout.as_millis();
    pipeline.run(Message::Simple(
        "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL idle_in_transaction_session_timeout = 60000; \
         SET LOCAL pgmason.restructuring = 'on'",
    ))?;
    let tables: Vec<String> =
        locks.iter().filter(|lock| !lock.is_by_statement()).map(|lock| lock.relation.to_string()).collect();
    if !tables.is_empty() {
        // Longer than the largest deadlock_timeout that anybody sets: nobody but vacuum and DDL waits for this one.
        pipeline.run(Message::Simple(&format!(
            "SET LOCAL lock_timeout = 5000; LOCK TABLE {} IN SHARE UPDATE EXCLUSIVE MODE",
            tables.join(", ")
        )))?;
    }
    // Of several tables each could wait so long: together they may not.
    let limits = format!("SET LOCAL lock_timeout = {short}; SET LOCAL statement_timeout = {short}");
    let taken = lock_statements(locks);
    loop {
        let mut taking: Vec<Message<'_>> = vec![Message::Simple("SAVEPOINT try"), Message::Simple(&limits)];
        taking.extend(taken.iter().map(|statement| Message::Simple(statement)));
        taking.push(Message::Simple("SET LOCAL statement_timeout = 0"));
        match all(pipeline, &taking) {
            Ok(()) => break,
            Err(error) if is_lost_try(&error) && Instant::now() < deadline && !pipeline.is_closed() => {
                // pg_stat_activity is read once in a transaction, unless told (PostgreSQL 13 to 18).
                pipeline
                    .run(Message::Simple("ROLLBACK TO SAVEPOINT try; SELECT pg_catalog.pg_stat_clear_snapshot()"))?;
                // Who lasts is waited for without holding anything; an error of this query is met again there.
                if !matches!(who_stays(pipeline, settings, locks), Ok(None)) {
                    return Err(error);
                }
                *tries += 1;
                report(Progress::LockTimeout { title, tries: *tries });
                pipeline.wait(pause(*tries));
            }
            Err(error) => return Err(error),
        }
    }
    let mut work: Vec<Message<'_>> = messages.to_vec();
    work.push(Message::Simple("COMMIT"));
    all(pipeline, &work)
}

/// Sends all, and gives the first error.
pub(super) fn all(pipeline: &mut Pipeline, messages: &[Message<'_>]) -> Result<(), Box<StatementError>> {
    let mut outcome = Ok(());
    pipeline.run_all(messages, &mut |_, answer| {
        if outcome.is_ok() {
            outcome = answer;
        }
    });
    outcome
}

fn lock_statements(locks: &[RelationLock]) -> Vec<String> {
    let mut statements = Vec::new();
    for mode in [LockMode::AccessExclusive, LockMode::ShareRowExclusive, LockMode::ShareUpdateExclusive] {
        let tables: Vec<String> =
            locks.iter().filter(|lock| lock.mode == mode).map(|lock| lock.relation.to_string()).collect();
        if !tables.is_empty() {
            statements.push(format!("LOCK TABLE {} IN {} MODE", tables.join(", "), mode.keyword()));
        }
    }
    statements
}

/// Somebody held a lock, or the whole try took too long: the next one may go through.
pub(super) fn is_lost_try(error: &StatementError) -> bool {
    is_lock_trouble(error) || error.sqlstate.as_deref() == Some("57014")
}

/// Grows, and is of random length, so that it does not keep step with somebody's own rhythm.
pub(super) fn pause(tries: u32) -> Duration {
    let base = 30u64 << tries.min(5);
    Duration::from_millis(base / 2 + fastrand::u64(0..base))
}
