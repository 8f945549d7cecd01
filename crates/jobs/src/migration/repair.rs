//! `pgmason migration repair`: corrects the history without running a migration.

use pgmason_pg::ConnectionString;
use pgmason_pg::execute::Settings;
use pgmason_pg::history::{self, Entry};
use serde::Serialize;

use super::comparison::{Problem, State, compare};
use super::database::{archived_versions, keeper, open_locked, operator};
use super::entry::entry_of;
use super::folder::{Folder, is_called, version_of};
use crate::JobError;
use crate::progress::Reporter;
use crate::project::Project;
use crate::source::Source;

/// The version of the JSON output. Raised when a field changes its meaning or goes.
pub const REPAIR_SCHEMA_VERSION: u32 = 1;

/// What to correct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Repair {
    /// Enter these versions.
    MarkApplied(Vec<String>),
    /// Take these versions out.
    MarkReverted(Vec<String>),
    /// Enter every file up to this version, or every file: the database existed first.
    Baseline(Option<String>),
    /// Files that were renamed: the same statements under another version.
    Renamed,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct RepairReport {
    pub schema_version: u32,
    pub target: String,
    /// The history's table.
    pub history: String,
    pub dry_run: bool,
    pub changes: Vec<Change>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Change {
    Entered { version: String, name: String },
    TakenOut { version: String },
    Renamed { version: String, to: String, name: String },
}

pub fn repair(
    project: &Project,
    source: &Source,
    database: &ConnectionString,
    repair: &Repair,
    dry_run: bool,
    reporter: Reporter<'_>,
) -> Result<RepairReport, JobError> {
    let folder = Folder::read(project, source)?;
    let settings = Settings { operator: operator(), ..Settings::default() };
    let (mut executor, history) = open_locked(database, settings, std::time::Duration::from_secs(30), reporter)?;
    let keeper = keeper(project, &folder, &history);
    let comparison = compare(&folder, &history, &archived_versions(project, &folder));
    let mut report = RepairReport {
        schema_version: REPAIR_SCHEMA_VERSION,
        target: database.to_string(),
        history: keeper.table().to_owned(),
        dry_run,
        ..RepairReport::default()
    };
    let mut entries: Vec<Entry> = Vec::new();
    let mut renames = Vec::new();
    match repair {
        Repair::MarkApplied(versions) => {
            for version in versions {
                entries.push(entry_of(&folder, place_of(&folder, version)?));
            }
        }
        Repair::MarkReverted(versions) => {
            for version in versions {
                let known = comparison.entries.iter().find(|entry| {
                    entry.version == *version
                        || entry.file.is_some_and(|place| is_called(&folder.files.files[place], version))
                });
                let known = known.filter(|entry| entry.applied.is_some() || entry.state == State::HalfDone);
                let half_done = history.runs.iter().find(|run| run.version == *version && run.is_half_done());
                let known = known.map(|entry| &entry.version).or(half_done.map(|run| &run.version));
                let known = known.ok_or_else(|| {
                    let applied = comparison.entries.iter().filter(|entry| entry.applied.is_some());
                    JobError::no_such_version(version, applied.map(|entry| entry.version.as_str()))
                })?;
                entries.push(Entry { version: known.clone(), ..Entry::default() });
            }
        }
        Repair::Baseline(to) => {
            let mut places: Vec<usize> = comparison.pending().collect();
            if let Some(to) = to {
                super::apply::cut_after(&folder, &mut places, to)?;
            }
            entries.extend(places.into_iter().map(|place| entry_of(&folder, place)));
        }
        Repair::Renamed => {
            for problem in &comparison.problems {
                if let Problem::Renamed { version, to, .. } = problem {
                    let place = place_of(&folder, to)?;
                    renames.push((version.clone(), to.clone(), folder.files.files[place].description.clone()));
                }
            }
        }
    }
    let reverted = matches!(repair, Repair::MarkReverted(_));
    report.changes = entries
        .iter()
        .map(|entry| match reverted {
            true => Change::TakenOut { version: entry.version.clone() },
            false => Change::Entered { version: entry.version.clone(), name: entry.name.clone() },
        })
        .chain(renames.iter().map(|(version, to, name)| Change::Renamed {
            version: version.clone(),
            to: to.clone(),
            name: name.clone(),
        }))
        .collect();
    if dry_run || report.changes.is_empty() {
        return Ok(report);
    }
    history::create(executor.pipeline(), &history, keeper)?;
    match repair {
        Repair::MarkReverted(_) => history::remove(executor.pipeline(), keeper, &entries)?,
        Repair::Renamed => history::rename(executor.pipeline(), keeper, true, &renames)?,
        Repair::MarkApplied(_) | Repair::Baseline(_) => history::enter(executor.pipeline(), keeper, &entries)?,
    }
    Ok(report)
}

fn place_of(folder: &Folder, version: &str) -> Result<usize, JobError> {
    folder
        .up_files_with_places()
        .find(|(_, file)| is_called(file, version))
        .map(|(place, _)| place)
        .ok_or_else(|| JobError::no_such_version(version, folder.up_files().map(version_of)))
}

/// Gives applied files their new versions, for whoever renamed them: `(old version, new version, new name)`.
pub fn follow_renames(
    database: &ConnectionString,
    renames: &[(String, String, String)],
    reporter: Reporter<'_>,
) -> Result<usize, JobError> {
    let settings = Settings { operator: operator(), ..Settings::default() };
    let (mut executor, history) = open_locked(database, settings, std::time::Duration::from_secs(30), reporter)?;
    let Some(keeper) = history.keeper else { return Ok(0) };
    let applied = |version: &String| history.applied.iter().any(|applied| applied.version == *version);
    // What a table that came later lacks goes there first.
    history::create(executor.pipeline(), &history, keeper)?;
    let renames: Vec<_> = renames.iter().filter(|(old, ..)| applied(old)).cloned().collect();
    history::rename(executor.pipeline(), keeper, true, &renames)?;
    Ok(renames.len())
}
