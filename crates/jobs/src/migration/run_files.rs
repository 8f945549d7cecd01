//! Runs planned files one after the other, and finds out what became of one whose connection was lost.

use std::time::{Duration, Instant};

use pgmason_pg::ConnectionString;
use pgmason_pg::execute::{Direction, Executor, Failure, Job, Progress};
use pgmason_pg::history::{History, Run};

use super::apply::{ApplyOptions, Ready, not_run};
use super::database::open_locked;
use super::entry::{entry_of, step_hashes};
use super::folder::Folder;
use super::run_report::{FileError, FileOutcome, FileRun, RunReport};
use crate::JobError;
use crate::progress::{Event, Reporter};
use crate::project::Project;

/// All that a run knows.
pub(super) struct Work<'a> {
    pub(super) project: &'a Project,
    pub(super) folder: &'a Folder,
    pub(super) database: &'a ConnectionString,
    pub(super) options: &'a ApplyOptions,
    pub(super) ready: &'a Ready,
    pub(super) history: &'a History,
}

/// Runs all files, and stops at the first that fails.
pub(super) fn run_files(
    work: &Work<'_>,
    executor: &mut Executor,
    report: &mut RunReport,
    reporter: Reporter<'_>,
) -> Result<(), JobError> {
    let total = work.ready.planned.len();
    for (done, (file, place)) in work.ready.planned.iter().zip(&work.ready.places).enumerate() {
        let entry = entry_of(work.folder, *place);
        let hashes = step_hashes(file);
        let job =
            Job { file, entry: &entry, step_hashes: &hashes, direction: Direction::Up, keeper: work.ready.keeper };
        let interrupted = work.history.runs.iter().find(|run| run.version == file.version && run.is_half_done());
        let mut outcome = not_run(file);
        let result = {
            let told = Told { done, total, steps: outcome.steps, reporter };
            run_one(executor, job, interrupted, &mut outcome, &told)
        };
        if let Err(failure) = result {
            outcome.outcome = FileOutcome::Failed;
            if failure.error.connection_lost {
                let asked = Asked { database: work.database, options: work.options, reporter };
                asked.look_again(Direction::Up, &file.version, &mut outcome, report);
            }
        }
        let failed = outcome.outcome == FileOutcome::Failed;
        report.files.push(outcome);
        if failed {
            report.files.extend(work.ready.planned.iter().skip(done + 1).map(not_run));
            break;
        }
        if executor.pipeline().is_closed() {
            // It was committed, but the session and its lock are gone.
            report.files.extend(work.ready.planned.iter().skip(done + 1).map(not_run));
            if done + 1 < total {
                report.next = Some("pgmason migration apply".to_owned());
                report.notes.push("the connection was lost; what is left was not begun".to_owned());
            }
            break;
        }
    }
    Ok(())
}

/// Where a run stands, for whoever watches.
pub(super) struct Told<'a> {
    pub(super) done: usize,
    pub(super) total: usize,
    pub(super) steps: usize,
    pub(super) reporter: Reporter<'a>,
}

pub(super) fn run_one(
    executor: &mut Executor,
    job: Job<'_>,
    interrupted: Option<&Run>,
    outcome: &mut FileRun,
    told: &Told<'_>,
) -> Result<(), Box<Failure>> {
    let path = job.file.path.clone();
    let at = |step: usize| {
        let step = (step, told.steps);
        (told.reporter)(Event::Applying { done: told.done, total: told.total, file: path.clone(), step });
    };
    at(1);
    let (mut notices, mut repaired, mut ended) = (Vec::new(), Vec::new(), 0);
    let result = executor.run(job, interrupted, &mut |progress| match progress {
        Progress::Step { .. } => {
            ended += 1;
            at((ended + 1).min(told.steps));
        }
        // One that comes again tells nothing new.
        Progress::Notice(notice) if notices.contains(&notice) => {}
        Progress::Notice(notice) => {
            (told.reporter)(Event::Told(format!("{path}: {notice}")));
            notices.push(notice);
        }
        Progress::LockTimeout { step, tries, wait } => (told.reporter)(Event::Told(format!(
            "{path}, statement {step}: somebody holds the lock; try {} follows in {} ms",
            tries + 1,
            wait.as_millis()
        ))),
        Progress::Repaired { index } => {
            (told.reporter)(Event::Told(format!("{path}: dropped index {index}, which an earlier run left INVALID")));
            repaired.push(index);
        }
        Progress::WasDone { step } => {
            (told.reporter)(Event::Told(format!("{path}, statement {step}: it was interrupted, and had done its work")))
        }
    });
    outcome.notices = notices;
    outcome.repaired = repaired;
    match result {
        Ok(done) => {
            outcome.outcome = match job.direction {
                Direction::Up => FileOutcome::Applied,
                Direction::Down => FileOutcome::Reverted,
            };
            outcome.seconds = done.seconds;
            outcome.steps_done = outcome.steps;
            outcome.lock_timeouts = done.lock_timeouts;
            outcome.resumed_at = done.resumed_at;
            Ok(())
        }
        Err(failure) => {
            outcome.seconds = failure.seconds;
            outcome.steps_done = failure.steps_done;
            outcome.lock_timeouts = failure.lock_timeouts;
            outcome.error = Some(FileError::from(&*failure));
            Err(failure)
        }
    }
}

/// How long to look for a server that went away.
const PATIENCE: Duration = Duration::from_secs(15);

/// Who is asked after a lost connection.
pub(super) struct Asked<'a> {
    pub(super) database: &'a ConnectionString,
    pub(super) options: &'a ApplyOptions,
    pub(super) reporter: Reporter<'a>,
}

impl Asked<'_> {
    /// The server knows whether the last transaction was committed; nobody else does.
    pub(super) fn look_again(
        &self,
        direction: Direction,
        version: &str,
        outcome: &mut FileRun,
        report: &mut RunReport,
    ) {
        (self.reporter)(Event::Told("the connection was lost; asking the server how far the file got".to_owned()));
        let deadline = Instant::now() + PATIENCE;
        loop {
            // With the lock: the old session may still be at work.
            match open_locked(self.database, self.options.settings(), PATIENCE, self.reporter) {
                Ok((_, history)) => {
                    let applied = history.applied.iter().any(|applied| applied.version == version);
                    if applied == (direction == Direction::Up) {
                        outcome.outcome = match direction {
                            Direction::Up => FileOutcome::Applied,
                            Direction::Down => FileOutcome::Reverted,
                        };
                        outcome.steps_done = outcome.steps;
                        outcome.error = None;
                        report.notes.push(format!("{}: the connection was lost after it was committed", outcome.path));
                    } else if let Some(run) = history.runs.iter().find(|run| run.version == version) {
                        let half = run.is_half_done() || run.is_half_undone();
                        outcome.steps_done = if half { run.steps_done } else { 0 };
                    }
                    return;
                }
                Err(_) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(500)),
                Err(_) => {
                    report.notes.push(format!(
                        "the server could not be asked how far {} got; `pgmason migration status` tells once it is back",
                        outcome.path
                    ));
                    return;
                }
            }
        }
    }
}
