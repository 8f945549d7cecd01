//! A file in several transactions: how far it got is always on record, and the next run goes on from there.

use pgmason_model::plan::{GroupKind, SessionEffect, Step, TransactionGroup};
use tokio_postgres::types::Type;

use super::recover::Fate;
use super::session::{CLEAN, Executor, OWN_ROLE, OWN_ROLE_AGAIN, failure};
use super::transaction::Trouble;
use super::{Direction, Done, Failure, Job, Progress};
use crate::history::{Run, enter_sql, remove_sql};
use crate::pipeline::{Message, Parameter};
use crate::run::{StatementError, statement_error};

/// Where a file stands.
struct Standing {
    /// The row of this run.
    id: i64,
    /// Steps that are done and committed.
    done: usize,
    /// The step that is on record as begun.
    recorded: Option<usize>,
    lock_timeouts: u32,
}

impl Standing {
    /// Adds what a transaction lost to locks, and gives what ended it.
    fn count(&mut self, tried: Result<u32, (Trouble, u32)>) -> Option<Trouble> {
        let (trouble, lock_timeouts) = match tried {
            Ok(lock_timeouts) => (None, lock_timeouts),
            Err((trouble, lock_timeouts)) => (Some(trouble), lock_timeouts),
        };
        self.lock_timeouts += lock_timeouts;
        trouble
    }
}

impl Executor {
    pub(super) fn run_in_groups(
        &mut self,
        job: Job<'_>,
        interrupted: Option<&Run>,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Done, Box<Failure>> {
        let steps: Vec<&Step> = job.file.steps().collect();
        let whole = |error| Box::new(failure(steps.len(), None, 1, error));
        let done = interrupted.map_or(0, |run| run.steps_done.min(steps.len()));
        let begun = interrupted.and_then(|run| run.step_begun);
        if let Some(run) = interrupted {
            refuse_changed_steps(job, run, &steps)?;
            refuse_lost_objects(&steps, done, run)?;
        }
        if std::mem::take(&mut self.used) {
            self.simple(CLEAN).map_err(whole)?;
        }
        // A file that begins with a step outside of a transaction says so at once.
        let first = begun.or_else(|| job.file.groups.first().filter(|group| group.kind == GroupKind::Alone).map(|_| 1));
        let recorded = first.filter(|first| *first == done + 1);
        let id = self.begin_run(job, done, recorded).map_err(whole)?;
        let mut standing = Standing { id, done, recorded, lock_timeouts: 0 };
        let outcome = self.run_what_is_left(job, &steps, begun, &mut standing, report);
        match outcome {
            Ok(()) => Ok(Done {
                lock_timeouts: standing.lock_timeouts,
                resumed_at: interrupted.and_then(|_| u32::try_from(done + 1).ok()),
                ..Done::default()
            }),
            Err(failure) => {
                let failure = Failure { steps_done: standing.done, lock_timeouts: standing.lock_timeouts, ..*failure };
                self.record_failed_run(standing.id, &failure);
                Err(Box::new(failure))
            }
        }
    }

    fn run_what_is_left(
        &mut self,
        job: Job<'_>,
        steps: &[&Step],
        mut begun: Option<usize>,
        standing: &mut Standing,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), Box<Failure>> {
        for step in steps.iter().take(standing.done).filter(|step| step.session == SessionEffect::Setting) {
            let at = |error| Box::new(failure(steps.len(), Some(step), 1, error));
            self.simple(&step.sql).map_err(at)?;
        }
        let mut first = 0;
        for group in &job.file.groups {
            let end = first + group.steps.len();
            if end > standing.done {
                // A group's steps are done together, so this is all of them.
                self.run_group(group, steps, end, begun.take(), standing, report)?;
                standing.done = end;
                // The last group's end is recorded with the end of the file.
                if group.kind != GroupKind::Transaction && end < steps.len() {
                    self.record_progress(standing.id, end, None)
                        .map_err(|error| Box::new(failure(steps.len(), None, 1, error)))?;
                }
            }
            first = end;
        }
        if steps.is_empty() || standing.done == steps.len() {
            // The last group's own transaction finishes the file; where it has none, or nothing was left, this does.
            self.finish(job, standing, steps)?;
        }
        Ok(())
    }

    fn run_group(
        &mut self,
        group: &TransactionGroup,
        steps: &[&Step],
        end: usize,
        begun: Option<usize>,
        standing: &mut Standing,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), Box<Failure>> {
        let group_steps: Vec<&Step> = group.steps.iter().collect();
        let progress = Progressed::at(standing.id, end, None);
        let trouble = match group.kind {
            GroupKind::Transaction => {
                let parameters = progress.parameters();
                let after =
                    [Message::Simple(OWN_ROLE), Message::Bound(PROGRESS, &parameters), Message::Simple("COMMIT")];
                let tried = self.with_tries(&group_steps, &after, report);
                standing.count(tried)
            }
            GroupKind::RolledBack => {
                let tried = self.with_tries(&group_steps, &[Message::Simple("ROLLBACK")], report);
                standing.count(tried)
            }
            GroupKind::Alone => return self.run_alone(&group.steps, steps, begun, standing, report),
        };
        match trouble {
            None => Ok(()),
            Some(trouble) => {
                let at = trouble.step.and_then(|place| group_steps.get(place).copied());
                let last = group_steps.last().map_or(1, |step| step.line);
                Err(Box::new(failure(steps.len(), at, last, trouble.error)))
            }
        }
    }

    /// A step outside of a transaction: recorded before, and after.
    fn run_alone(
        &mut self,
        group: &[Step],
        steps: &[&Step],
        begun: Option<usize>,
        standing: &mut Standing,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), Box<Failure>> {
        for step in group {
            let at = |error| Box::new(failure(steps.len(), Some(step), 1, error));
            if begun == Some(standing.done + 1) {
                match self.fate(step, report).map_err(at)? {
                    Fate::Undone => {}
                    Fate::Done => {
                        report(Progress::WasDone { step: step.number });
                        continue;
                    }
                    Fate::Unknown if self.settings.rerun_unknown => {}
                    Fate::Unknown => return Err(Box::new(unknown_fate(steps.len(), step))),
                }
            } else {
                self.remove_invalid_index(step, report).map_err(at)?;
            }
            if standing.recorded != Some(standing.done + 1) {
                self.record_progress(standing.id, standing.done, Some(standing.done + 1)).map_err(at)?;
            }
            let settle = self.settle_alone();
            match &step.copy_data {
                Some(data) => self.simple(&settle).and_then(|()| self.pipeline.copy_in(&step.sql, data)).map_err(at)?,
                None => self.all(&[Message::Simple(&settle), Message::Simple(&step.sql)]).map_err(at)?,
            }
            report(Progress::Step { step });
        }
        Ok(())
    }

    /// The truth and the end of the run, together.
    fn finish(&mut self, job: Job<'_>, standing: &Standing, steps: &[&Step]) -> Result<(), Box<Failure>> {
        let begin = self.begin(self.settings.lock_timeout);
        let (outcome, sql) = match job.direction {
            Direction::Up => ("applied", enter_sql(job.keeper)),
            Direction::Down => ("reverted", remove_sql(job.keeper)),
        };
        let entry = job.entry.parameters();
        let entry = if job.direction == Direction::Up { &entry[..] } else { &entry[..1] };
        let done = i32::try_from(steps.len()).unwrap_or(i32::MAX);
        let run: [Parameter<'_>; 3] = [(&standing.id, Type::INT8), (&outcome, Type::TEXT), (&done, Type::INT4)];
        let messages = [
            Message::Simple(&begin),
            Message::Simple(OWN_ROLE),
            Message::Bound(sql, entry),
            Message::Bound(include_str!("../history/finish_run.sql"), &run),
            Message::Simple("COMMIT"),
        ];
        self.all(&messages).map_err(|error| {
            drop(self.simple("ROLLBACK"));
            Box::new(failure(steps.len(), None, steps.last().map_or(1, |step| step.line), error))
        })
    }

    fn begin_run(&mut self, job: Job<'_>, done: usize, begun: Option<usize>) -> Result<i64, Box<StatementError>> {
        let mut recorded = self.recorded(job, "running");
        recorded.steps_done = i32::try_from(done).unwrap_or(i32::MAX);
        recorded.step_begun = begun.and_then(|begun| i32::try_from(begun).ok());
        self.simple(UNFLUSHED)?;
        let rows = self
            .pipeline
            .query(include_str!("../history/begin_run.sql"), &recorded.beginning())
            .map_err(|error| Box::new(statement_error(&error, self.pipeline.is_closed())))?;
        self.simple("COMMIT")?;
        Ok(rows.first().map_or(0, |row| row.get(0)))
    }

    fn record_progress(&mut self, id: i64, done: usize, begun: Option<usize>) -> Result<(), Box<StatementError>> {
        let progress = Progressed::at(id, done, begun);
        self.all(&[
            Message::Simple(UNFLUSHED),
            Message::Bound(PROGRESS, &progress.parameters()),
            Message::Simple("COMMIT"),
        ])
    }

    /// Best effort: where the connection is gone, the record stays `running`, which says as much.
    fn record_failed_run(&mut self, id: i64, failure: &Failure) {
        let error = failure.to_json();
        drop(self.simple(OWN_ROLE_AGAIN));
        let done = i32::try_from(failure.steps_done).unwrap_or(i32::MAX);
        // The server's own word that a step failed leaves nothing to find out.
        let known = failure.error.sqlstate.is_some() && !failure.error.connection_lost;
        let parameters: [Parameter<'_>; 4] =
            [(&id, Type::INT8), (&error, Type::TEXT), (&done, Type::INT4), (&known, Type::BOOL)];
        drop(self.pipeline.run(Message::Bound(include_str!("../history/fail_run.sql"), &parameters)));
    }

    fn all(&mut self, messages: &[Message<'_>]) -> Result<(), Box<StatementError>> {
        let mut outcome = Ok(());
        self.pipeline.run_all(messages, &mut |_, answer| {
            if outcome.is_ok() {
                outcome = answer;
            }
        });
        outcome
    }
}

/// Bookkeeping that is not flushed by itself: a step's own commits come later in the log and flush it with them.
const UNFLUSHED: &str = "BEGIN READ WRITE; SET LOCAL synchronous_commit = off; SET LOCAL SESSION AUTHORIZATION DEFAULT; \
                         SET LOCAL ROLE NONE";

const PROGRESS: &str = include_str!("../history/progress.sql");

/// How far a run is, for `progress.sql`.
struct Progressed {
    id: i64,
    done: i32,
    begun: Option<i32>,
}

impl Progressed {
    fn at(id: i64, done: usize, begun: Option<usize>) -> Self {
        let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        Self { id, done: number(done), begun: begun.map(number) }
    }

    fn parameters(&self) -> [Parameter<'_>; 3] {
        [(&self.id, Type::INT8), (&self.done, Type::INT4), (&self.begun, Type::INT4)]
    }
}

/// What ran must be what the file says now; behind that point it may have been mended.
fn refuse_changed_steps(job: Job<'_>, run: &Run, steps: &[&Step]) -> Result<(), Box<Failure>> {
    let ran = run.steps_done.max(run.step_begun.unwrap_or(0));
    let changed = (0..ran).find(|place| run.step_hashes.get(*place) != job.step_hashes.get(*place));
    let Some(place) = changed else { return Ok(()) };
    let message = format!("statement {} has run, and the file now says something else there", place + 1);
    let advice = "restore the file as it ran, or finish it by hand and enter it: \
                  `pgmason migration repair --mark applied VERSION`";
    let refused = refused(steps.len(), steps.get(place).copied(), message, advice);
    Err(Box::new(Failure { steps_done: run.steps_done, ..*refused }))
}

fn refuse_lost_objects(steps: &[&Step], done: usize, run: &Run) -> Result<(), Box<Failure>> {
    let lost = steps.iter().take(done).find(|step| step.session == SessionEffect::Object);
    let Some(step) = lost.filter(|_| done < steps.len() || run.step_begun.is_some()) else { return Ok(()) };
    let message =
        format!("statement {} made something that ended with its session, and the rest needs it", step.number);
    let advice = "finish the file by hand and enter it: `pgmason migration repair --mark applied VERSION`";
    let refused = refused(steps.len(), Some(step), message, advice);
    Err(Box::new(Failure { steps_done: run.steps_done, ..*refused }))
}

fn unknown_fate(steps: usize, step: &Step) -> Failure {
    let message = "it was interrupted, and nothing tells whether it did its work".to_owned();
    let advice = "look for yourself; then run it again with `pgmason migration apply --rerun`, or finish the file by \
                  hand and enter it with `pgmason migration repair --mark applied VERSION`";
    *refused(steps, Some(step), message, advice)
}

fn refused(steps: usize, at: Option<&Step>, message: String, advice: &str) -> Box<Failure> {
    let error = StatementError { message, ..StatementError::default() };
    Box::new(Failure { advice: Some(advice.to_owned()), ..failure(steps, at, 1, Box::new(error)) })
}
