//! The session that works: its settings, and how it comes back to them after each file.

use std::time::{Duration, Instant};

use pgmason_model::plan::{Step, beginning};

use super::{Done, ExecuteError, Failure, Job, Progress, Settings, acquire, deadlock_timeout, migration_lock::Holder};
use crate::history::{Recorded, Run};
use crate::pipeline::Message;
use crate::run::StatementError;
use crate::{ConnectOptions, ConnectionString, Pipeline};

/// A connection that runs files.
pub struct Executor {
    pub(super) pipeline: Pipeline,
    pub(super) settings: Settings,
    /// The timeout of each try for a lock, the last the longest.
    pub(super) tries: Vec<Duration>,
    /// An earlier file ran in this session and may have left something.
    pub(super) used: bool,
}

/// Brings a session back to how it began. The advisory lock stays.
pub(super) const CLEAN: &str = "RESET SESSION AUTHORIZATION; RESET ALL; CLOSE ALL; UNLISTEN *; DEALLOCATE ALL; \
                                DISCARD SEQUENCES; DISCARD TEMP";

/// So that the bookkeeping of a transaction is ours, whatever role the file took on; it comes back with the end of the
/// transaction, since a SET before a SET LOCAL holds after it.
pub(super) const OWN_ROLE: &str = "SET LOCAL SESSION AUTHORIZATION DEFAULT; SET LOCAL ROLE NONE";

/// The same for what comes after the file.
pub(super) const OWN_ROLE_AGAIN: &str = "RESET SESSION AUTHORIZATION; RESET ROLE";

impl Executor {
    /// Connects. The lock is not taken yet.
    pub fn open(
        connection: &ConnectionString,
        options: &ConnectOptions,
        settings: Settings,
    ) -> Result<Self, ExecuteError> {
        let pipeline = Pipeline::connect(connection, options)?;
        let mut tries = vec![settings.lock_timeout; usize::try_from(settings.short_tries).unwrap_or(4)];
        tries.push(settings.lock_timeout);
        Ok(Self { pipeline, settings, tries, used: false })
    }

    pub fn pipeline(&mut self) -> &mut Pipeline {
        &mut self.pipeline
    }

    /// Takes the migration lock for as long as the connection lives.
    pub fn lock(&mut self, wait: Duration, waiting: &mut dyn FnMut(&Holder)) -> Result<(), ExecuteError> {
        acquire(&mut self.pipeline, wait, waiting)?;
        let longest = deadlock_timeout(&mut self.pipeline) + Duration::from_millis(500);
        if let Some(last) = self.tries.last_mut() {
            *last = (*last).max(longest);
        }
        Ok(())
    }

    /// Runs one file. `interrupted`: the latest run of it, where that stopped half-way.
    pub fn run(
        &mut self,
        job: Job<'_>,
        interrupted: Option<&Run>,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Done, Box<Failure>> {
        let started = Instant::now();
        let outcome = if job.file.is_one_transaction() && interrupted.is_none() {
            self.run_in_one(job, report)
        } else {
            self.run_in_groups(job, interrupted, report)
        };
        self.used = true;
        self.tell_notices(report);
        let seconds = started.elapsed().as_secs_f64();
        match outcome {
            Ok(done) => Ok(Done { seconds, ..done }),
            Err(failure) => {
                let failure = Failure { seconds, ..*failure };
                if job.file.is_one_transaction() && interrupted.is_none() {
                    self.record_failure(job, &failure);
                }
                Err(Box::new(failure))
            }
        }
    }

    /// Best effort: a file that was rolled back leaves this row, where the connection still holds.
    fn record_failure(&mut self, job: Job<'_>, failure: &Failure) {
        let recorded = self.recorded(job, "failed");
        let error = failure.to_json();
        drop(self.simple(OWN_ROLE_AGAIN));
        let message =
            Message::Bound(include_str!("../history/record_failure.sql"), &recorded.failure(&error, &failure.seconds));
        drop(self.pipeline.run(message));
    }

    pub(super) fn tell_notices(&mut self, report: &mut dyn FnMut(Progress<'_>)) {
        for notice in self.pipeline.take_notices() {
            report(Progress::Notice(notice));
        }
    }

    pub(super) fn recorded(&self, job: Job<'_>, outcome: &'static str) -> Recorded {
        let count = job.file.steps().count();
        Recorded {
            version: job.entry.version.clone(),
            name: job.entry.name.clone(),
            direction: match job.direction {
                super::Direction::Up => "up",
                super::Direction::Down => "down",
            },
            outcome,
            sha256: job.entry.sha256.clone(),
            statements_sha256: job.entry.statements_sha256.clone(),
            step_hashes: job.step_hashes.to_vec(),
            steps_done: i32::try_from(count).unwrap_or(i32::MAX),
            step_begun: None,
            operator: self.settings.operator.clone(),
            stage: self.settings.stage.clone(),
            undo: job.entry.undo.clone(),
        }
    }

    /// Begins a transaction with the limits of a try.
    pub(super) fn begin(&self, lock_timeout: Duration) -> String {
        let mut sql = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL lock_timeout = {}; \
             SET LOCAL idle_in_transaction_session_timeout = 300000",
            lock_timeout.as_millis()
        );
        if let Some(limit) = self.settings.statement_timeout {
            sql.push_str(&format!("; SET LOCAL statement_timeout = {}", limit.as_millis()));
        }
        sql
    }

    /// Settings for what runs outside of a transaction. It takes no lock that a reader or writer waits behind, so it
    /// may wait as long as it must; given up half-way it would leave an INVALID index.
    pub(super) fn settle_alone(&self) -> String {
        let limit = self.settings.statement_timeout.map_or(0, |limit| limit.as_millis());
        format!("SET lock_timeout = 0; SET statement_timeout = {limit}")
    }

    pub(super) fn simple(&mut self, sql: &str) -> Result<(), Box<StatementError>> {
        self.pipeline.run(Message::Simple(sql))
    }
}

/// Somebody else held a lock, or both waited for each other: worth another try.
pub(crate) fn is_lock_trouble(error: &StatementError) -> bool {
    // lock_not_available, deadlock_detected
    matches!(error.sqlstate.as_deref(), Some("55P03" | "40P01"))
}

/// A pause that grows, of random length, so that runners do not meet again.
pub(super) fn pause_after(tries: u32) -> Duration {
    let base = 150u64 << tries.min(5);
    Duration::from_millis(base / 2 + fastrand::u64(0..base))
}

pub(super) fn failure(steps: usize, at: Option<&Step>, last_line: u32, error: Box<StatementError>) -> Failure {
    let line = match at {
        Some(step) => {
            let before = error
                .position
                .map_or(0, |position| step.sql.chars().take(position).filter(|character| *character == '\n').count());
            step.line + u32::try_from(before).unwrap_or(0)
        }
        None => last_line,
    };
    Failure {
        step: at.map(|step| step.number),
        line,
        statement: at.map_or_else(|| "COMMIT".to_owned(), |step| beginning(&step.sql, 120)),
        error: *error,
        steps_done: 0,
        steps,
        advice: None,
        lock_timeouts: 0,
        seconds: 0.0,
    }
}
