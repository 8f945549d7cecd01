//! `pgmason migration plan`: what the pending files will do, before any of them does it.

use pgmason_core::migrations::MigrationFile;
use pgmason_model::Finding;
use pgmason_model::catalog::NotChecked;
use pgmason_model::plan::{PLAN_SCHEMA_VERSION, Plan, PlannedFile};
use pgmason_pg::ConnectionString;

use super::apply::{cut_after, plan as plan_places};
use super::comparison::compare;
use super::database::{archived_versions, foreign_history, read_history};
use super::database_fingerprint::fingerprint_of;
use super::folder::Folder;
use super::live::Live;
use super::measure::{MeasureOptions, measure};
use crate::JobError;
use crate::check::{CheckOptions, check};
use crate::open::OpenOptions;
use crate::progress::{Event, Reporter};
use crate::project::Project;
use crate::source::Source;

/// What to plan and how.
#[derive(Clone, Debug, Default)]
pub struct PlanOptions {
    /// None: every file is pending.
    pub database: Option<ConnectionString>,
    /// Only files up to this version.
    pub to: Option<String>,
    /// Measure on a scratch database what the files do, instead of believing their text.
    pub measure: bool,
    pub open: OpenOptions,
}

/// The plan of everything pending. Nothing is changed anywhere.
pub fn plan(
    project: &Project,
    source: &Source,
    options: &PlanOptions,
    reporter: Reporter<'_>,
) -> Result<Plan, JobError> {
    let folder = Folder::read(project, source)?;
    reporter(Event::Reading { files: folder.files.files.len() });
    let mut plan = Plan {
        schema_version: PLAN_SCHEMA_VERSION,
        project: project.name.clone(),
        source: source.to_string(),
        target: options.database.as_ref().map(ToString::to_string),
        ..Plan::default()
    };
    let not_utf8 = folder.files.not_utf8.iter();
    plan.notes.extend(not_utf8.map(|path| format!("{path} is not UTF-8; it was read as Latin-1")));
    let mut pending = pending(project, &folder, options.database.as_ref(), &mut plan)?;
    if let Some(to) = &options.to {
        cut_after(&folder, &mut pending.places, to)?;
    }
    plan.files = plan_places(&folder, &pending.places, pending.search_path.as_deref())?;
    let files: Vec<&MigrationFile> = pending.places.iter().map(|place| &folder.files.files[*place]).collect();
    add_findings(project, source, &mut plan, reporter)?;

    let live = options.database.as_ref().map(|database| Live::read(database, reporter)).transpose()?;
    if options.measure && !plan.files.is_empty() {
        let how = MeasureOptions { time_zone_is_utc: live.as_ref().map(|live| live.time_zone_is_utc) };
        let measured = measure(project, source, &folder.files, &mut plan.files, &options.open, &how, reporter)?;
        plan.notes.push(format!("locks, scans and rewrites were measured on {}", measured.server));
        plan.not_checked.extend(measured.not_checked);
    }
    if let Some(live) = live {
        plan.database_fingerprint = Some(fingerprint_of(&live.catalog, pending.applied.iter().map(String::as_str))?);
        live.forget_what_is_not_there(&mut plan.files, &files);
        live.estimate(&mut plan.files, &files);
    }
    plan.not_checked.extend(unread(&files));
    Ok(plan)
}

/// What is to be run.
struct Pending {
    /// Places in the folder's files.
    places: Vec<usize>,
    /// Versions that the database has.
    applied: Vec<String>,
    /// Where the database looks for names without a schema.
    search_path: Option<Vec<String>>,
}

fn pending(
    project: &Project,
    folder: &Folder,
    database: Option<&ConnectionString>,
    plan: &mut Plan,
) -> Result<Pending, JobError> {
    let Some(database) = database else {
        let places = folder.up_files_with_places().map(|(place, _)| place).collect();
        plan.not_checked.push(NotChecked {
            what: "which files are applied".to_owned(),
            reason: "no database was named; every file is taken as pending".to_owned(),
        });
        return Ok(Pending { places, applied: Vec::new(), search_path: None });
    };
    let (mut pipeline, history) = read_history(database)?;
    for table in foreign_history(&mut pipeline, &history)? {
        plan.not_checked.push(NotChecked {
            what: format!("the history in {}.{}", table.schema, table.name),
            reason: "another tool keeps it; `pgmason migration adopt` takes it over".to_owned(),
        });
    }
    let comparison = compare(folder, &history, &archived_versions(project, folder));
    plan.notes.extend(comparison.problems.iter().map(|problem| format!("{problem}; {}", problem.hint())));
    let applied = history.applied.iter().map(|applied| applied.version.clone()).collect();
    Ok(Pending { places: comparison.pending().collect(), applied, search_path: Some(history.facts.search_path) })
}

/// Puts what `check` says of each pending file to the file.
fn add_findings(project: &Project, source: &Source, plan: &mut Plan, reporter: Reporter<'_>) -> Result<(), JobError> {
    // Which files are pending is known; with a database the check would ask once more.
    let how = CheckOptions { source: Some(source.clone()), files_only: true, ..CheckOptions::default() };
    let findings: Vec<Finding> = check(project, &how, reporter)?.findings;
    for finding in findings {
        let of_file = |file: &&mut PlannedFile| Some(&file.path) == finding.file.as_ref();
        if let Some(file) = plan.files.iter_mut().find(of_file) {
            file.findings.push(finding);
        }
    }
    Ok(())
}

/// Statements whose text nobody could read.
fn unread(files: &[&MigrationFile]) -> Vec<NotChecked> {
    let statements = files.iter().flat_map(|file| file.statements.iter().map(move |statement| (file, statement)));
    statements
        .filter(|(_, statement)| !statement.statement.is_fully_read())
        .map(|(file, statement)| NotChecked {
            what: format!("{}:{}", file.path, statement.line),
            reason: "the statement could not be read; what it can destroy is not in the plan".to_owned(),
        })
        .collect()
}
