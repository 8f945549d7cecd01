//! `pgmason migration rollback`: takes applied files back, the last first, by the undo that was stored with them.
//!
//! Files without a way back stop it before anything runs, and so does what would lose rows without being allowed.

use std::time::Instant;

use pgmason_core::migrations::planning::plan_text;
use pgmason_core::migrations::undo::down_part;
use pgmason_core::migrations::{Layout, MigrationFile};
use pgmason_model::plan::PlannedFile;
use pgmason_pg::ConnectionString;
use pgmason_pg::execute::{Direction, Executor, Job};
use pgmason_pg::history::{self, Entry as HistoryEntry, History, Keeper};

use super::apply::{ApplyOptions, not_run};
use super::comparison::{Comparison, Entry, Problem, compare};
use super::database::{archived_versions, keeper, open_locked, read_history};
use super::entry::step_hashes;
use super::folder::{Folder, is_called};
use super::run_files::{Asked, Told, run_one};
use super::run_report::{FileOutcome, Refusal, RunReport};
use super::stake::at_stake;
use crate::JobError;
use crate::progress::Reporter;
use crate::project::Project;
use crate::source::Source;

/// How much to take back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extent {
    Last(usize),
    /// Everything after this version; `0` is everything.
    After(String),
}

pub fn rollback(
    project: &Project,
    source: &Source,
    database: &ConnectionString,
    extent: &Extent,
    options: &ApplyOptions,
    reporter: Reporter<'_>,
) -> Result<RunReport, JobError> {
    let started = Instant::now();
    let folder = Folder::read(project, source)?;
    let mut report = RunReport::begin(database, options.dry_run);
    if options.dry_run {
        let (mut pipeline, history) = read_history(database)?;
        let (ways, _) = prepare(project, &folder, &history, extent, &mut report)?;
        report.history = keeper(project, &folder, &history).table().to_owned();
        let planned: Vec<PlannedFile> = ways.iter().map(|way| way.planned.clone()).collect();
        report.refusals.extend(at_stake(&mut pipeline, &planned, options)?);
        tell_all(&ways, &mut report);
    } else {
        let (mut executor, history) = open_locked(database, options.settings(), options.lock_wait, reporter)?;
        let (ways, to) = prepare(project, &folder, &history, extent, &mut report)?;
        let keeper = keeper(project, &folder, &history);
        report.history = keeper.table().to_owned();
        let planned: Vec<PlannedFile> = ways.iter().map(|way| way.planned.clone()).collect();
        report.refusals.extend(at_stake(executor.pipeline(), &planned, options)?);
        if !report.refusals.is_empty() {
            tell_all(&ways, &mut report);
        } else if !ways.is_empty() {
            history::create(executor.pipeline(), &history, keeper)?;
            let asked = Asked { database, options, reporter };
            let rollback = Rollback { ways: &ways, history: &history, keeper, to: &to, asked };
            rollback.run(&mut executor, &mut report);
        }
    }
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

/// One file's way back.
struct Way {
    planned: PlannedFile,
    entry: HistoryEntry,
    sql: String,
}

fn prepare(
    project: &Project,
    folder: &Folder,
    history: &History,
    extent: &Extent,
    report: &mut RunReport,
) -> Result<(Vec<Way>, String), JobError> {
    let comparison = compare(folder, history, &archived_versions(project, folder));
    let mut ways = Vec::new();
    let half_done =
        |problem: &&Problem| matches!(problem, Problem::HalfDone { .. } | Problem::HalfDoneWithoutFile { .. });
    // What stands on an earlier file cannot stay half done when that one goes.
    report.refusals.extend(comparison.problems.iter().filter(half_done).map(|problem| Refusal {
        message: problem.to_string(),
        hint: problem.hint(),
        ..Refusal::default()
    }));
    let (chosen, to) = chosen(folder, &comparison, extent)?;
    for entry in chosen {
        match way(folder, entry, &history.facts.search_path, report)? {
            Some(way) => ways.push(way),
            None => {
                let file = entry.file.map(|place| folder.files.files[place].path.clone());
                report.refusals.push(Refusal {
                    message: format!("{} has no way back", file.unwrap_or_else(|| entry.version.clone())),
                    hint: match folder.files.layout {
                        Layout::Prisma | Layout::Refinery => {
                            "its tool keeps no rollbacks: write a migration that takes it back".to_owned()
                        }
                        _ => "write one and prove it: `pgmason migration test --write-undo`".to_owned(),
                    },
                    allow: None,
                    detail: String::new(),
                });
            }
        }
    }
    Ok((ways, to))
}

/// Applied versions, the last first, and the one that stays the last.
fn chosen<'c>(
    folder: &Folder,
    comparison: &'c Comparison,
    extent: &Extent,
) -> Result<(Vec<&'c Entry>, String), JobError> {
    let applied: Vec<&Entry> = comparison.entries.iter().filter(|entry| entry.applied.is_some()).collect();
    let keep = match extent {
        Extent::Last(count) => applied.len().saturating_sub(*count),
        Extent::After(version) => {
            let is_it = |entry: &&&Entry| {
                entry.version == *version
                    || entry.file.is_some_and(|place| is_called(&folder.files.files[place], version))
            };
            match applied.iter().rposition(|entry| is_it(&entry)) {
                Some(place) => place + 1,
                None if version == "0" => 0,
                None => {
                    let known = applied.iter().map(|entry| entry.version.as_str());
                    return Err(JobError::no_such_version(version, known));
                }
            }
        }
    };
    let to = keep.checked_sub(1).and_then(|place| applied.get(place)).map_or("0", |entry| entry.version.as_str());
    let to = to.to_owned();
    Ok((applied.into_iter().skip(keep).rev().collect(), to))
}

/// The stored undo belongs to what was applied, so it comes before the file's present one.
fn way(
    folder: &Folder,
    entry: &Entry,
    search_path: &[String],
    report: &mut RunReport,
) -> Result<Option<Way>, JobError> {
    let files = &folder.files;
    let file = entry.file.map(|place| &files.files[place]);
    let stored = entry.run.as_ref().and_then(|run| run.undo.clone());
    let down = file.and_then(|file| down_part(files.layout, &files.files, file));
    let path = |shown: Option<&MigrationFile>| match shown {
        Some(file) => file.path.clone(),
        None => format!("the stored undo of {}", entry.version),
    };
    let source = match (stored, down) {
        (Some(stored), Some(down)) if down.text.get(down.runs.clone()).map(str::trim) == Some(stored.as_str()) => {
            down.into_owned()
        }
        (Some(stored), down) => {
            if let Some(down) = down {
                report.notes.push(format!(
                    "{} has changed since {} was applied; the stored undo is used",
                    down.path, entry.version
                ));
            }
            MigrationFile::read_plain(path(None), stored)
        }
        (None, Some(down)) => down.into_owned(),
        // What changed nothing is taken back by its entry alone.
        (None, None) if file.is_some_and(|file| file.statements.is_empty()) => {
            MigrationFile::read_plain(path(file), String::new())
        }
        (None, None) => return Ok(None),
    };
    let mut planned = plan_text(&source, Some(search_path))
        .map_err(|problem| JobError::CannotRun { path: path(Some(&source)), problem })?;
    planned.version.clone_from(&entry.version);
    let name = entry.applied.as_ref().and_then(|applied| applied.name.clone()).unwrap_or_default();
    let sql = source.text.get(source.runs.clone()).unwrap_or_default().trim().to_owned();
    let entry = HistoryEntry { version: entry.version.clone(), name, ..HistoryEntry::default() };
    Ok(Some(Way { planned, entry, sql }))
}

fn tell_all(ways: &[Way], report: &mut RunReport) {
    report.files = ways
        .iter()
        .map(|way| super::run_report::FileRun { sql: Some(way.sql.clone()), ..not_run(&way.planned) })
        .collect();
}

/// What a rollback runs with.
struct Rollback<'a> {
    ways: &'a [Way],
    history: &'a History,
    keeper: Keeper,
    /// The version that it goes back to.
    to: &'a str,
    asked: Asked<'a>,
}

impl Rollback<'_> {
    fn run(&self, executor: &mut Executor, report: &mut RunReport) {
        for (done, way) in self.ways.iter().enumerate() {
            let hashes = step_hashes(&way.planned);
            let job = Job {
                file: &way.planned,
                entry: &way.entry,
                step_hashes: &hashes,
                direction: Direction::Down,
                keeper: self.keeper,
            };
            let version = &way.entry.version;
            let interrupted = self.history.runs.iter().find(|run| run.version == *version && run.is_half_undone());
            let mut outcome = not_run(&way.planned);
            let told = Told { done, total: self.ways.len(), steps: outcome.steps, reporter: self.asked.reporter };
            if let Err(failure) = run_one(executor, job, interrupted, &mut outcome, &told) {
                outcome.outcome = FileOutcome::Failed;
                if failure.error.connection_lost {
                    self.asked.look_again(Direction::Down, version, &mut outcome, report);
                }
            }
            let stops = outcome.outcome == FileOutcome::Failed || executor.pipeline().is_closed();
            report.files.push(outcome);
            if stops {
                report.files.extend(self.ways.iter().skip(done + 1).map(|way| not_run(&way.planned)));
                if !report.is_clean() {
                    report.next = Some(format!("pgmason migration rollback --to {}", self.to));
                }
                break;
            }
        }
    }
}
