//! `migration archive`: moves files up to a version, and what takes them back, into the archive folder.
//!
//! What remains is built first, on its own: it must run, and must build what the whole folder builds.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pgmason_core::migrations::renumber::{unit, up_file_of};
use pgmason_core::migrations::{Direction, MigrationFile};
use pgmason_model::ObjectId;
use serde::Serialize;

use super::folder::{Folder, archives, is_called, version_of};
use super::moves::{self, Journal};
use super::references::{NewNames, Reference, Search};
use super::renumber::{carry_out, changed_meanwhile, moved_path};
use super::repository::Repository;
use crate::JobError;
use crate::folder::SqlFiles;
use crate::open::{OpenOptions, execute};
use crate::progress::{Event, Reporter};
use crate::project::Project;
use crate::replay::ReplayFailure;
use crate::source::Source;

/// The version of the JSON output.
pub const ARCHIVE_SCHEMA_VERSION: u32 = 1;

/// What to move where.
#[derive(Clone, Debug, Default)]
pub struct ArchiveOptions {
    /// Files at or before this version.
    pub to: String,
    /// None: the one that is there, else `migrations_archive` beside the migrations.
    pub folder: Option<PathBuf>,
    pub write: bool,
    /// Move the files although what remains does not build the schema.
    pub allow_broken: bool,
    pub open: OpenOptions,
}

#[derive(Clone, Debug, Serialize)]
pub struct ArchiveReport {
    pub schema_version: u32,
    pub folder: String,
    pub archive: String,
    pub to: String,
    /// False for a dry run, and for a refusal.
    pub written: bool,
    /// What remains does not build the schema, and that was not allowed. Of a dry run: it would be refused.
    pub refused: bool,
    pub moves: Vec<ArchivedFile>,
    pub remaining: Remaining,
    pub references: Vec<Reference>,
    pub notes: Vec<String>,
}

/// A file, or for Prisma and diesel a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ArchivedFile {
    pub from: String,
    pub to: String,
    pub version: String,
    /// It takes another one back.
    pub down: bool,
}

/// What is left in the folder, and what it builds on its own.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Remaining {
    /// Files that run.
    pub files: usize,
    /// They run, and build what the whole folder builds.
    pub builds: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<ReplayFailure>,
    /// What the whole folder builds and they do not.
    pub missing: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scratch: Option<String>,
}

pub fn archive(
    project: &Project,
    source: &Source,
    options: &ArchiveOptions,
    reporter: Reporter<'_>,
) -> Result<ArchiveReport, JobError> {
    let folder = Folder::read(project, source)?;
    let whole = fs::canonicalize(&folder.path).map_err(JobError::file("open", &folder.path))?;
    if let Some(journal) = moves::unfinished(&whole)? {
        return Err(JobError::Unfinished { command: journal.command, folder: folder.path });
    }
    let (leaving, remaining) = split(&folder, &options.to)?;
    let archive = match &options.folder {
        // From where pgmason runs, as every path that is named.
        Some(named) => std::path::absolute(named).map_err(JobError::file("open", named))?,
        None => archive_folder(project, &whole),
    };
    let layout = folder.files.layout;
    let mut repository = Repository::of(&folder.path, &project.folder)?;
    let (mut moves, mut places, mut names) = (Vec::new(), Vec::new(), NewNames::default());
    let mut seen = BTreeSet::new();
    for file in &leaving {
        let inside = unit(layout, &file.name_in_folder);
        if !seen.insert(inside) {
            continue;
        }
        let (from, to) = (whole.join(inside), archive.join(inside));
        moves.push(ArchivedFile {
            from: project.display_path(&from),
            to: project.display_path(&to),
            version: version_of(file).to_owned(),
            down: file.direction == Direction::Down,
        });
        if let Some((from, to)) = moved_path(&whole, &archive, inside, inside) {
            names.path(from, to);
        }
        places.push((from, to));
    }
    let files = repository.files();
    reporter(Event::Reading { files: files.len() });
    let display = |path: &Path| project.display_path(path);
    let search = Search { repository: &repository, folder: &whole, checksums: false, display: &display };
    let (references, edits) = search.run(&names, &files);
    let journal = Journal::new("archive", &repository, edits, &places);
    journal.check(&repository)?;
    let remaining = build(project, source, &folder.files, remaining, &options.open, reporter)?;
    let mut report = ArchiveReport {
        schema_version: ARCHIVE_SCHEMA_VERSION,
        folder: project.display_path(&folder.path),
        archive: project.display_path(&archive),
        to: options.to.clone(),
        written: false,
        refused: !remaining.builds && !options.allow_broken,
        moves,
        remaining,
        references,
        notes: vec![
            "a database that applied these files keeps them in its history: the Supabase CLI will say that it does not find \
             them here"
                .to_owned(),
        ],
    };
    if options.write && !report.refused {
        let changed = carry_out(&whole, &mut repository, journal, reporter)?;
        report.notes.extend(changed_meanwhile(project, &changed));
        report.written = true;
    }
    Ok(report)
}

/// Where files go that a migrations folder no longer needs: the archive that is there, else the first that may be.
pub(super) fn archive_folder(project: &Project, folder: &Path) -> PathBuf {
    let places = archives(project, folder);
    let there = places.iter().find(|place| place.is_dir()).or(places.first());
    there.cloned().unwrap_or_else(|| folder.join("archive"))
}

/// The files at or before a version with what takes them back, and all others.
fn split(folder: &Folder, to: &str) -> Result<(Vec<MigrationFile>, Vec<MigrationFile>), JobError> {
    let ups: Vec<&MigrationFile> = folder.up_files().collect();
    let Some(last) = ups.iter().rposition(|file| is_called(file, to)) else {
        return Err(JobError::no_such_version(to, ups.iter().map(|file| version_of(file))));
    };
    let leaves = |file: &MigrationFile| {
        let up = match file.direction {
            Direction::Up => Some(file),
            Direction::Down => up_file_of(&ups, file),
            Direction::NotAMigration => None,
        };
        up.is_some_and(|up| ups[..=last].iter().any(|leaving| leaving.name_in_folder == up.name_in_folder))
    };
    Ok(folder.files.files.iter().cloned().partition(leaves))
}

/// Builds what remains, and what was there, each in a scratch database of its own.
fn build(
    project: &Project,
    source: &Source,
    all: &SqlFiles,
    remaining: Vec<MigrationFile>,
    options: &OpenOptions,
    reporter: Reporter<'_>,
) -> Result<Remaining, JobError> {
    let files = remaining.iter().filter(|file| file.direction == Direction::Up).count();
    let part = SqlFiles { files: remaining, ..all.clone() };
    let mut found = Remaining { files, ..Remaining::default() };
    let (built, scratch, failure) = objects(project, source, part, options, reporter)?;
    found.scratch = scratch;
    if failure.is_some() {
        return Ok(Remaining { failure, ..found });
    }
    let mut going_on = options.clone();
    // What the folder does not build today is not lost by archiving.
    going_on.replay.keep_going = true;
    let (before, _, _) = objects(project, source, all.clone(), &going_on, reporter)?;
    found.missing = before.difference(&built).map(ToString::to_string).collect();
    found.builds = found.missing.is_empty();
    Ok(found)
}

type Built = (BTreeSet<ObjectId>, Option<String>, Option<ReplayFailure>);

fn objects(
    project: &Project,
    source: &Source,
    files: SqlFiles,
    options: &OpenOptions,
    reporter: Reporter<'_>,
) -> Result<Built, JobError> {
    let opened = execute(project, source, Some(files), options, reporter)?;
    let catalog = opened.catalog;
    let own = catalog.objects.keys().filter(|id| !catalog.platform.contains(*id)).cloned().collect();
    let failure = opened.replay.and_then(|replay| replay.failures.into_iter().next());
    Ok((own, opened.scratch.map(|scratch| scratch.server.describe()), failure))
}
