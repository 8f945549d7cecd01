//! Steps in one transaction, sent ahead of their answers, with what has to commit together with them.

use std::time::Duration;

use pgmason_model::plan::Step;

use super::session::{CLEAN, Executor, OWN_ROLE, failure, is_lock_trouble, pause_after};
use super::{Direction, Done, Failure, Job, Progress};
use crate::history::{RECORD_RUN, enter_sql, remove_sql};
use crate::pipeline::Message;
use crate::run::StatementError;

/// What failed: a step, or what stands around the steps.
pub(super) struct Trouble {
    pub(super) step: Option<usize>,
    pub(super) error: Box<StatementError>,
}

impl Executor {
    /// A whole file and its bookkeeping.
    pub(super) fn run_in_one(
        &mut self,
        job: Job<'_>,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Done, Box<Failure>> {
        let steps: Vec<&Step> = job.file.steps().collect();
        let recorded = self.recorded(job, if job.direction == Direction::Up { "applied" } else { "reverted" });
        let (run, enter) = (recorded.parameters(), job.entry.parameters());
        let truth = match job.direction {
            Direction::Up => Message::Bound(enter_sql(job.keeper), &enter),
            Direction::Down => Message::Bound(remove_sql(job.keeper), &enter[..1]),
        };
        let after = [Message::Simple(OWN_ROLE), truth, Message::Bound(RECORD_RUN, &run), Message::Simple("COMMIT")];
        match self.with_tries(&steps, &after, report) {
            Ok(lock_timeouts) => Ok(Done { lock_timeouts, ..Done::default() }),
            Err((trouble, lock_timeouts)) => {
                let at = trouble.step.and_then(|place| steps.get(place).copied());
                let last = steps.last().map_or(1, |step| step.line);
                Err(Box::new(Failure { lock_timeouts, ..failure(steps.len(), at, last, trouble.error) }))
            }
        }
    }

    /// Runs a transaction, again where a lock timeout or a deadlock ended it. Gives how many of those there were.
    pub(super) fn with_tries(
        &mut self,
        steps: &[&Step],
        after: &[Message<'_>],
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<u32, (Trouble, u32)> {
        let tries = self.tries.clone();
        let mut lost = 0;
        for (number, lock_timeout) in tries.iter().enumerate() {
            let Err(trouble) = self.attempt(*lock_timeout, steps, after, report) else { return Ok(lost) };
            let again = is_lock_trouble(&trouble.error) && number + 1 < tries.len();
            lost += u32::from(is_lock_trouble(&trouble.error));
            if !again {
                return Err((trouble, lost));
            }
            let wait = pause_after(lost - 1);
            let step = trouble.step.and_then(|place| steps.get(place)).map_or(0, |step| step.number);
            report(Progress::LockTimeout { step, tries: lost, wait });
            self.pipeline.wait(wait);
        }
        Ok(lost)
    }

    /// One try. When it fails, the transaction is rolled back.
    fn attempt(
        &mut self,
        lock_timeout: Duration,
        steps: &[&Step],
        after: &[Message<'_>],
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), Trouble> {
        let begin = self.begin(lock_timeout);
        let mut messages = Vec::with_capacity(steps.len() + after.len() + 2);
        // Once for a file: between its own transactions it keeps what it has set.
        if std::mem::take(&mut self.used) {
            messages.push(Message::Simple(CLEAN));
        }
        messages.push(Message::Simple(&begin));
        let before = messages.len();
        messages.extend(steps.iter().map(|step| Message::Simple(&step.sql)));
        messages.extend(after);
        let outcome = self.send_with_copies(&messages, before, steps, report);
        if outcome.is_err() && !self.pipeline.is_closed() {
            // Where COMMIT was on its way already, it has ended the transaction, and this is only warned of.
            self.tell_notices(report);
            drop(self.pipeline.run(Message::Simple("ROLLBACK")));
            self.pipeline.take_notices();
        }
        outcome
    }

    /// COPY data goes by another protocol, so what stands around it is sent in parts.
    fn send_with_copies(
        &mut self,
        messages: &[Message<'_>],
        before: usize,
        steps: &[&Step],
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), Trouble> {
        let step_of = |index: usize| index.checked_sub(before).filter(|place| *place < steps.len());
        let mut from = 0;
        loop {
            let copy = (from..messages.len())
                .find_map(|index| Some((index, steps[step_of(index)?].copy_data.as_deref()?, steps[step_of(index)?])));
            let to = copy.map_or(messages.len(), |(index, ..)| index);
            let mut trouble = None;
            self.pipeline.run_all(&messages[from..to], &mut |place, answer| {
                let step = step_of(from + place);
                match answer {
                    Ok(()) => {
                        if let Some(step) = step {
                            report(Progress::Step { step: steps[step] });
                        }
                    }
                    Err(error) if trouble.is_none() => trouble = Some(Trouble { step, error }),
                    Err(_) => {}
                }
            });
            if let Some(trouble) = trouble {
                return Err(trouble);
            }
            let Some((index, data, step)) = copy else { return Ok(()) };
            self.pipeline.copy_in(&step.sql, data).map_err(|error| Trouble { step: step_of(index), error })?;
            report(Progress::Step { step });
            from = index + 1;
        }
    }
}
