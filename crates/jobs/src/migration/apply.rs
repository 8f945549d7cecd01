//! `pgmason migration apply`: pending files on one database.
//!
//! Nothing runs before everything was looked at: the history, the files, what could be lost, the plan that was asked for.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use pgmason_core::migrations::planning::plan_files;
use pgmason_model::plan::{PLAN_SCHEMA_VERSION, Plan, PlannedFile};
use pgmason_pg::ConnectionString;
use pgmason_pg::execute::{Executor, Settings};
use pgmason_pg::history::{self, History, Keeper};

use super::comparison::{Comparison, Problem, compare};
use super::database::{archived_versions, foreign_history, keeper, open_locked, operator, read_history};
use super::folder::{Folder, is_called, version_of};
use super::hooks::{Around, Hooks};
use super::run_files::{Work, run_files};
use super::run_report::{FileOutcome, FileRun, Refusal, RunReport};
use super::stake::at_stake;
use crate::JobError;
use crate::progress::Reporter;
use crate::project::Project;
use crate::source::Source;

/// How to apply.
#[derive(Clone, Debug, Default)]
pub struct ApplyOptions {
    /// Only files up to this version.
    pub to: Option<String>,
    /// Only these versions: a stage's.
    pub only: Option<Vec<String>>,
    pub stage: Option<String>,
    pub dry_run: bool,
    /// Words that refusals give.
    pub allow: Vec<String>,
    pub lock_wait: Duration,
    pub lock_timeout: Option<Duration>,
    pub statement_timeout: Option<Duration>,
    /// Run this plan, if database and files are still those that it was made for.
    pub plan: Option<PathBuf>,
    pub rerun: bool,
    pub hooks: Hooks,
}

impl ApplyOptions {
    pub(super) fn allows(&self, word: &str) -> bool {
        self.allow.iter().any(|allowed| allowed == word)
    }

    pub(super) fn settings(&self) -> Settings {
        let usual = Settings::default();
        Settings {
            lock_timeout: self.lock_timeout.unwrap_or(usual.lock_timeout),
            statement_timeout: self.statement_timeout,
            operator: operator(),
            stage: self.stage.clone(),
            rerun_unknown: self.rerun,
            ..usual
        }
    }
}

pub fn apply(
    project: &Project,
    source: &Source,
    database: &ConnectionString,
    options: &ApplyOptions,
    reporter: Reporter<'_>,
) -> Result<RunReport, JobError> {
    apply_folder(project, &Folder::read(project, source)?, database, options, reporter)
}

/// The same with the folder at hand.
pub fn apply_folder(
    project: &Project,
    folder: &Folder,
    database: &ConnectionString,
    options: &ApplyOptions,
    reporter: Reporter<'_>,
) -> Result<RunReport, JobError> {
    let started = Instant::now();
    let mut report = RunReport::begin(database, options.dry_run);
    if options.dry_run {
        let (mut pipeline, history) = read_history(database)?;
        let ready = prepare(project, folder, &history, options, &mut report)?;
        refuse_foreign_history(&mut pipeline, &history, options, &mut report)?;
        report.refusals.extend(at_stake(&mut pipeline, &ready.planned, options)?);
        if let Some(path) = &options.plan {
            super::plan_file::verify(path, database, &history, &ready.planned, &mut report)?;
        }
        report.files = ready.planned.iter().map(not_run).collect();
    } else {
        let (mut executor, history) = open_locked(database, options.settings(), options.lock_wait, reporter)?;
        let ready = prepare(project, folder, &history, options, &mut report)?;
        refuse_foreign_history(executor.pipeline(), &history, options, &mut report)?;
        report.refusals.extend(at_stake(executor.pipeline(), &ready.planned, options)?);
        if let Some(path) = &options.plan {
            super::plan_file::verify(path, database, &history, &ready.planned, &mut report)?;
        }
        if report.refusals.is_empty() {
            let work = Work { project, folder, database, options, ready: &ready, history: &history };
            work_off(&work, &mut executor, &mut report, reporter)?;
        } else {
            report.files = ready.planned.iter().map(not_run).collect();
        }
    }
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

/// What is to be run, after everything was looked at.
pub(super) struct Ready {
    pub(super) keeper: Keeper,
    /// Places in the folder, and the plan of each, in order.
    pub(super) places: Vec<usize>,
    pub(super) planned: Vec<PlannedFile>,
}

pub(super) fn prepare(
    project: &Project,
    folder: &Folder,
    history: &History,
    options: &ApplyOptions,
    report: &mut RunReport,
) -> Result<Ready, JobError> {
    let keeper = keeper(project, folder, history);
    report.history = keeper.table().to_owned();
    let comparison = compare(folder, history, &archived_versions(project, folder));
    report.refusals.extend(refusals(&comparison, options));
    let mut places: Vec<usize> = comparison.pending().collect();
    if let Some(to) = &options.to {
        cut_after(folder, &mut places, to)?;
    }
    if let Some(only) = &options.only {
        places.retain(|place| only.iter().any(|version| version == version_of(&folder.files.files[*place])));
    }
    let planned = plan(folder, &places, Some(&history.facts.search_path))?;
    // Read as Latin-1 they may hold other characters than were meant; a live database is no place to find out.
    if let Some(file) = planned.iter().find(|file| folder.files.not_utf8.contains(&file.path)) {
        return Err(JobError::NotUtf8 { path: file.path.clone() });
    }
    Ok(Ready { keeper, places, planned })
}

pub(super) fn plan(
    folder: &Folder,
    places: &[usize],
    search_path: Option<&[String]>,
) -> Result<Vec<PlannedFile>, JobError> {
    let files = &folder.files;
    let mut planned = plan_files(files.layout, &files.files, places, search_path)
        .map_err(|(place, problem)| JobError::CannotRun { path: files.files[place].path.clone(), problem })?;
    for (planned, place) in planned.iter_mut().zip(places) {
        planned.version = version_of(&files.files[*place]).to_owned();
    }
    Ok(planned)
}

/// Keeps what runs up to a version, and knows no version that no file has.
pub(super) fn cut_after(folder: &Folder, places: &mut Vec<usize>, to: &str) -> Result<(), JobError> {
    let last = folder.up_files_with_places().filter(|(_, file)| is_called(file, to)).map(|(place, _)| place).last();
    let last = last.ok_or_else(|| JobError::no_such_version(to, folder.up_files().map(version_of)))?;
    places.retain(|place| *place <= last);
    Ok(())
}

fn refusals(comparison: &Comparison, options: &ApplyOptions) -> Vec<Refusal> {
    comparison
        .problems
        .iter()
        // Going on is what this command does.
        .filter(|problem| !matches!(problem, Problem::HalfDone { .. } | Problem::Failed { .. }))
        .filter(|problem| !problem.allow().is_some_and(|word| options.allows(word)))
        .map(|problem| Refusal {
            message: problem.to_string(),
            hint: problem.hint(),
            allow: problem.allow().map(str::to_owned),
            detail: match problem {
                Problem::Edited { difference, .. } => difference.clone(),
                _ => String::new(),
            },
        })
        .collect()
}

fn refuse_foreign_history(
    pipeline: &mut pgmason_pg::Pipeline,
    history: &History,
    options: &ApplyOptions,
    report: &mut RunReport,
) -> Result<(), JobError> {
    const ALLOW: &str = "other-history";
    if options.allows(ALLOW) {
        return Ok(());
    }
    for table in foreign_history(pipeline, history)? {
        report.refusals.push(Refusal {
            message: format!("another tool keeps this database's history, in {}.{}", table.schema, table.name),
            hint: "take it over: `pgmason migration adopt`".to_owned(),
            allow: Some(ALLOW.to_owned()),
            detail: String::new(),
        });
    }
    Ok(())
}

fn work_off(
    work: &Work<'_>,
    executor: &mut Executor,
    report: &mut RunReport,
    reporter: Reporter<'_>,
) -> Result<(), JobError> {
    if work.ready.planned.is_empty() {
        return Ok(());
    }
    let hooks = &work.options.hooks;
    let plan = Plan {
        schema_version: PLAN_SCHEMA_VERSION,
        project: work.project.name.clone(),
        source: format!("migrations:{}", work.folder.path.display()),
        target: Some(work.database.to_string()),
        files: work.ready.planned.clone(),
        ..Plan::default()
    };
    let around = Around { folder: &work.project.folder, plan: &plan, reporter };
    if !around.run("before", &hooks.before, report) {
        report.files = work.ready.planned.iter().map(not_run).collect();
        report.next = Some("pgmason migration apply".to_owned());
        return Ok(());
    }
    history::create(executor.pipeline(), work.history, work.ready.keeper)?;
    run_files(work, executor, report, reporter)?;
    if report.failed().is_some() || report.count(FileOutcome::NotRun) > 0 {
        around.run("on_failure", &hooks.on_failure, report);
        report.next = Some("pgmason migration apply".to_owned());
    } else {
        around.run("after", &hooks.after, report);
    }
    Ok(())
}

pub(super) fn not_run(file: &PlannedFile) -> FileRun {
    FileRun {
        path: file.path.clone(),
        version: file.version.clone(),
        outcome: FileOutcome::NotRun,
        steps: file.steps().count(),
        groups: file.groups.len(),
        ..FileRun::default()
    }
}
