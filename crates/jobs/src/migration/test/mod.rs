//! Proves migrations on a scratch database with rows in it: they apply, keep rows, lead back, and apply again.
//!
//! - Files that are not under test are applied as they come; those under test each meet the state that the earlier
//!   ones left, on a copy with made-up rows.
//! - What could not be tried is in the report with its reason.

mod adapt;
mod compare;
mod file;
mod report;
mod rows;
pub mod seed;
mod statements;
mod survive;
mod trial;
mod write;

use std::collections::BTreeSet;
use std::time::Instant;

use pgmason_core::migrations::MigrationFile;
use pgmason_core::migrations::steps::{Step, steps};
use pgmason_pg::ConnectionString;
use pgmason_scratch::{Baseline, Scratch, ScratchOptions};

pub use report::*;

use super::folder::{Folder, is_called, version_of};
use crate::JobError;
use crate::open::{OpenOptions, engine};
use crate::progress::{Event, Reporter, scratch_event};
use crate::project::Project;
use crate::replay::{FileOutcome, ReplaySession, explain};
use crate::source::Source;
use file::{Asked, test_file};
use trial::Bench;
use write::{Written, write_undo};

/// What to test and how.
#[derive(Clone, Debug, Default)]
pub struct TestOptions {
    pub open: OpenOptions,
    /// Files that this database has seen are not under test.
    pub database: Option<ConnectionString>,
    /// Nor are files up to this version.
    pub after: Option<String>,
    /// Files after this version are left alone.
    pub to: Option<String>,
    pub idempotent: bool,
    /// A file without a way back fails.
    pub require_rollback: bool,
    /// Write proven ways back for files that have none.
    pub write_undo: bool,
}

pub fn test(
    project: &Project,
    source: &Source,
    options: &TestOptions,
    reporter: Reporter<'_>,
) -> Result<TestReport, JobError> {
    let started = Instant::now();
    let mut folder = Folder::read(project, source)?;
    reporter(Event::Reading { files: folder.files.files.len() });
    let mut report = TestReport {
        schema_version: TEST_SCHEMA_VERSION,
        project: project.name.clone(),
        source: source.to_string(),
        ..TestReport::default()
    };
    let tested = under_test(&mut folder, options, &mut report.notes)?;
    let baseline = project.baseline(source, Some(&folder.files));
    let scratch_options = ScratchOptions {
        engine: engine(project, &options.open)?,
        baseline,
        major: project.major_version(),
        project: Some(project.folder.clone()),
    };
    let mut server = Scratch::open(&scratch_options, &|progress| reporter(scratch_event(progress)))?;
    report.scratch = server.describe();
    let base = server.create_database()?;
    let limit = options.open.replay.statement_timeout;
    let mut bench = Bench { project, server: &mut server, base, limit, notes: BTreeSet::new(), carried: None };
    let mut run = Run {
        folder: &folder,
        steps: &steps(folder.files.layout, &folder.files.files),
        options,
        is_supabase: baseline == Baseline::Supabase,
        report: &mut report,
    };
    run.all(&mut bench, &tested, reporter)?;
    let notes = std::mem::take(&mut bench.notes);
    report.notes.extend(notes);
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

/// Places of the files under test, and in the folder only those that run at all.
fn under_test(
    folder: &mut Folder,
    options: &TestOptions,
    notes: &mut Vec<String>,
) -> Result<BTreeSet<usize>, JobError> {
    if let Some(to) = &options.to {
        let last = last_of(folder, to)?;
        let keep = last + 1;
        let mut place = 0;
        // Down files stay, wherever they stand in the order.
        folder.files.files.retain(|file| {
            place += 1;
            place <= keep || file.direction == pgmason_core::migrations::Direction::Down
        });
    }
    let after = options.after.as_ref().map(|version| last_of(folder, version)).transpose()?;
    if let Some(database) = &options.database {
        mark_applied(folder, database, notes)?;
    }
    let files = folder.files.files.iter().enumerate();
    Ok(files
        .filter(|(_, file)| is_up(file) && file.pending)
        .map(|(place, _)| place)
        .filter(|place| after.is_none_or(|after| *place > after))
        .collect())
}

fn is_up(file: &MigrationFile) -> bool {
    file.direction == pgmason_core::migrations::Direction::Up
}

fn last_of(folder: &Folder, version: &str) -> Result<usize, JobError> {
    let place = folder.files.files.iter().rposition(|file| is_up(file) && is_called(file, version));
    place.ok_or_else(|| JobError::no_such_version(version, folder.up_files().map(version_of)))
}

/// Which files the database has seen.
fn mark_applied(folder: &mut Folder, database: &ConnectionString, notes: &mut Vec<String>) -> Result<(), JobError> {
    let mut not_checked = Vec::new();
    crate::check::history::mark_applied(&mut folder.files.files, database, &mut not_checked)?;
    notes.extend(not_checked.into_iter().map(|gap| format!("not checked: {}: {}", gap.what, gap.reason)));
    Ok(())
}

struct Run<'a> {
    folder: &'a Folder,
    steps: &'a [Step<'a>],
    options: &'a TestOptions,
    is_supabase: bool,
    report: &'a mut TestReport,
}

impl Run<'_> {
    fn all(&mut self, bench: &mut Bench<'_>, tested: &BTreeSet<usize>, reporter: Reporter<'_>) -> Result<(), JobError> {
        let keep_going = self.options.open.replay.keep_going;
        let total = tested.len();
        let to_replay = self.folder.files.files.iter().filter(|file| is_up(file)).count() - total;
        let mut stopped = false;
        let up = self.folder.files.files.iter().enumerate().filter(|(_, file)| is_up(file));
        for (place, file) in up {
            if stopped {
                if tested.contains(&place) {
                    self.report.not_tested.push(file.path.clone());
                }
                continue;
            }
            if tested.contains(&place) {
                reporter(Event::Testing { done: self.report.files.len(), total, file: file.path.clone() });
                let applied = self.test(bench, place, file)?;
                stopped = !applied && !keep_going;
            } else {
                reporter(Event::Replaying { done: self.report.replayed, total: to_replay, file: file.path.clone() });
                let applied = self.replay(bench, file)?;
                stopped = !applied && !keep_going;
            }
        }
        Ok(())
    }

    /// False: it does not apply.
    fn replay(&mut self, bench: &mut Bench<'_>, file: &MigrationFile) -> Result<bool, JobError> {
        let mut notes = Vec::new();
        bench.carried = None;
        let mut session = ReplaySession::open(bench.project, &bench.base, bench.limit)?;
        let outcome = session.run_file(file, false, &mut notes)?;
        bench.notes.extend(notes);
        self.report.replayed += 1;
        Ok(match outcome {
            FileOutcome::Applied => true,
            FileOutcome::Failed(failure) => {
                self.report.replay_failures.push(explain::complete(*failure, &self.folder.files.files));
                false
            }
        })
    }

    fn test(&mut self, bench: &mut Bench<'_>, place: usize, file: &MigrationFile) -> Result<bool, JobError> {
        let steps: Vec<&Step<'_>> = self.steps.iter().filter(|step| step.file == place).collect();
        let asked = Asked { idempotent: self.options.idempotent, require_rollback: self.options.require_rollback };
        let found = test_file(bench, &self.folder.files, file, &steps, asked)?;
        if let Some(undo) = found.undo_sql.as_deref().filter(|_| self.options.write_undo) {
            let display = |path: &std::path::Path| bench.project.display_path(path);
            match write_undo(self.folder, self.is_supabase, file, undo, display)? {
                Written::To(path) => self.report.written.push(path),
                Written::Refused(reason) => self.report.notes.push(reason),
            }
        }
        let applied = found.apply.outcome == Outcome::Passed;
        self.report.files.push(found);
        Ok(applied)
    }
}
