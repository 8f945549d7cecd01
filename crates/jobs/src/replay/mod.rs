//! Runs SQL files in a scratch database, in order, as their tool would, and says exactly what failed.
//!
//! - A file runs in one transaction; what cannot run in one runs between two.
//! - A down file never runs.
//! - A statement that would reach outside the scratch is refused before the server sees it.

pub(crate) mod explain;
mod extensions;
mod failed;
mod fence;
mod groups;
pub(crate) mod lenient;
mod own_file;
mod planned;
mod report;
pub(crate) mod rounds;
mod session;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use pgmason_core::migrations::{Direction, MigrationFile};
use pgmason_scratch::ScratchDatabase;

pub use report::{FurtherFailure, ReplayFailure, ReplayReport};

use crate::JobError;
use crate::folder::SqlFiles;
use crate::progress::{Event, Reporter};
use crate::project::Project;
pub(crate) use planned::PlannedFailure;
pub use session::Observer;
pub(crate) use session::{FileOutcome, ReplaySession};

/// How to replay.
#[derive(Clone, Copy, Debug)]
pub struct ReplayOptions {
    /// Go on with the next file after one that failed.
    pub keep_going: bool,
    /// For one statement.
    pub statement_timeout: Duration,
}

impl Default for ReplayOptions {
    fn default() -> Self {
        Self { keep_going: false, statement_timeout: Duration::from_secs(60) }
    }
}

/// Replays all up files.
pub fn replay(
    project: &Project,
    files: &SqlFiles,
    database: &ScratchDatabase,
    options: &ReplayOptions,
    reporter: Reporter<'_>,
) -> Result<ReplayReport, JobError> {
    replay_observed(project, files, database, options, None, reporter)
}

/// The same on a server where another database's files made these roles: CREATE ROLE of one of them is passed over.
pub fn replay_beside(
    project: &Project,
    files: &SqlFiles,
    database: &ScratchDatabase,
    options: &ReplayOptions,
    roles: &BTreeSet<String>,
    reporter: Reporter<'_>,
) -> Result<ReplayReport, JobError> {
    let mut session = ReplaySession::open(project, database, options.statement_timeout)?;
    session.roles_of_others = roles.clone();
    run(session, files, options, reporter)
}

/// The same, with somebody looking at the session around each statement.
pub fn replay_observed<'a>(
    project: &'a Project,
    files: &SqlFiles,
    database: &'a ScratchDatabase,
    options: &ReplayOptions,
    observer: Option<&'a mut dyn Observer>,
    reporter: Reporter<'_>,
) -> Result<ReplayReport, JobError> {
    let mut session = ReplaySession::open(project, database, options.statement_timeout)?;
    session.observed_by(observer);
    run(session, files, options, reporter)
}

fn run(
    mut session: ReplaySession<'_>,
    files: &SqlFiles,
    options: &ReplayOptions,
    reporter: Reporter<'_>,
) -> Result<ReplayReport, JobError> {
    let started = Instant::now();
    let up: Vec<&MigrationFile> = files.files.iter().filter(|file| file.direction == Direction::Up).collect();
    let mut report = ReplayReport { files: up.len(), ..ReplayReport::default() };
    // What the baseline answered with is not the project's doing.
    let platform = session.stand_ins(&[])?;
    for (done, file) in up.iter().enumerate() {
        reporter(Event::Replaying { done, total: up.len(), file: file.path.clone() });
        match session.run_file(file, options.keep_going, &mut report.notes)? {
            FileOutcome::Applied => report.applied += 1,
            FileOutcome::Failed(failure) => {
                report.failures.push(explain::complete(*failure, &files.files));
                if !options.keep_going {
                    report.stopped_after = Some(file.path.clone());
                    break;
                }
            }
        }
    }
    report.stand_ins = session.stand_ins(&platform)?;
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}
