//! `migration renumber`: gives files sound versions in the order in which they run, and follows them in other files.
//!
//! Nothing is changed unless it is asked for. What an interruption left is finished before anything else.

use std::fs;
use std::path::{Path, PathBuf};

use pgmason_core::migrations::Layout;
use pgmason_core::migrations::renumber::{RenamedKind, Renaming, plan};
use serde::Serialize;

use super::archive::archive_folder;
use super::folder::Folder;
use super::moves::{self, Journal};
use super::references::{NewNames, Search};
use super::repository::Repository;
use crate::JobError;
use crate::progress::{Event, Reporter};
use crate::project::Project;
use crate::source::Source;

pub use super::moves::RenamedVersion;
pub use super::references::Reference;

/// The version of the JSON output.
pub const RENUMBER_SCHEMA_VERSION: u32 = 1;

/// What is renamed and what names it.
#[derive(Clone, Debug, Serialize)]
pub struct RenumberReport {
    pub schema_version: u32,
    pub folder: String,
    /// Empty where an interrupted run was found: the folder is not read then.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub layout: &'static str,
    /// False for a dry run.
    pub written: bool,
    /// SQL files in the folder.
    pub files: usize,
    /// An earlier run was interrupted; with `written` this one has finished its work, and did nothing else.
    pub unfinished: bool,
    pub renames: Vec<Rename>,
    /// Up files under another version: what the histories of databases have to follow.
    pub versions: Vec<RenamedVersion>,
    pub references: Vec<Reference>,
    pub notes: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RenameKind {
    Up,
    Down,
    Archived,
}

/// A file, or for Prisma and diesel a folder, that gets another name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rename {
    pub kind: RenameKind,
    pub from: String,
    pub to: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_version: Option<String>,
    pub reason: String,
}

/// Plans the renames, and makes them where `write` is true.
pub fn renumber(
    project: &Project,
    source: &Source,
    write: bool,
    reporter: Reporter<'_>,
) -> Result<RenumberReport, JobError> {
    let Source::Migrations(path) = source else {
        return Err(JobError::NotMigrations { source_name: source.to_string() });
    };
    if let Some(journal) = fs::metadata(path).is_ok().then(|| moves::unfinished(path)).transpose()?.flatten() {
        return finish(project, path, journal, write, reporter);
    }
    let folder = Folder::read(project, source)?;
    reporter(Event::Reading { files: folder.files.files.len() });
    let now = jiff::Timestamp::now().as_second();
    let plan = plan(folder.files.layout, &folder.files.files, is_supabase(project, path), now);
    let mut report = RenumberReport {
        schema_version: RENUMBER_SCHEMA_VERSION,
        folder: project.display_path(path),
        layout: folder.files.layout.name(),
        written: false,
        files: folder.files.files.len(),
        unfinished: false,
        renames: Vec::new(),
        versions: Vec::new(),
        references: Vec::new(),
        notes: plan.notes,
    };
    if plan.renamings.is_empty() {
        return Ok(report);
    }
    let mut repository = Repository::of(path, &project.folder)?;
    let whole = fs::canonicalize(path).map_err(JobError::file("open", path))?;
    let archive = archive_folder(project, &whole);
    let places: Vec<(PathBuf, PathBuf)> = plan.renamings.iter().map(|it| places(it, &whole, &archive)).collect();
    let layout = folder.files.layout;
    for (renaming, (from, to)) in plan.renamings.iter().zip(&places) {
        report.renames.push(rename(project, renaming, from, to));
        report.versions.extend(renamed_version(layout, renaming));
    }
    let files = repository.files();
    reporter(Event::Reading { files: files.len() });
    let search = Search {
        repository: &repository,
        folder: &whole,
        checksums: matches!(layout, Layout::Sqlx | Layout::Refinery | Layout::Prisma),
        display: &|path| project.display_path(path),
    };
    let (references, edits) = search.run(&new_names(&plan.renamings, &whole, &archive), &files);
    report.references = references;
    let mut journal = Journal::new("renumber", &repository, edits, &places);
    journal.versions.clone_from(&report.versions);
    journal.check(&repository)?;
    if write {
        let changed = carry_out(&whole, &mut repository, journal, reporter)?;
        report.notes.extend(changed_meanwhile(project, &changed));
        report.written = true;
    }
    report.notes.extend(follow_versions(&report.versions));
    Ok(report)
}

/// The Supabase CLI runs the folder.
pub(super) fn is_supabase(project: &Project, folder: &Path) -> bool {
    let in_its_folder =
        fs::canonicalize(folder).is_ok_and(|path| path.components().any(|part| part.as_os_str() == "supabase"));
    project.supabase.is_some() || in_its_folder
}

fn finish(
    project: &Project,
    path: &Path,
    journal: Journal,
    write: bool,
    reporter: Reporter<'_>,
) -> Result<RenumberReport, JobError> {
    let mut repository = Repository::of(path, &project.folder)?;
    let display = |path: &Path| project.display_path(&repository.root.join(path));
    let rename = |it: &moves::Move| Rename {
        kind: RenameKind::Up,
        from: display(&it.from),
        to: display(&it.to),
        from_version: None,
        to_version: None,
        reason: "an interrupted run began it".to_owned(),
    };
    let mut report = RenumberReport {
        schema_version: RENUMBER_SCHEMA_VERSION,
        folder: project.display_path(path),
        layout: "",
        written: write,
        files: 0,
        unfinished: true,
        renames: journal.moves.iter().map(rename).collect(),
        versions: journal.versions.clone(),
        references: Vec::new(),
        notes: follow_versions(&journal.versions),
    };
    if write {
        let changed = carry_out(path, &mut repository, journal, reporter)?;
        report.notes.extend(changed_meanwhile(project, &changed));
    }
    Ok(report)
}

fn follow_versions(versions: &[RenamedVersion]) -> Vec<String> {
    let note = "`pgmason migration repair --renamed --db URL` follows the new versions: run it on every database that \
                applied the old ones";
    if versions.is_empty() { Vec::new() } else { vec![note.to_owned()] }
}

/// Makes the moves, and tells of each.
pub(super) fn carry_out(
    folder: &Path,
    repository: &mut Repository,
    journal: Journal,
    reporter: Reporter<'_>,
) -> Result<Vec<PathBuf>, JobError> {
    let total = journal.steps();
    moves::carry_out(folder, repository, journal, &|done| {
        reporter(Event::Renaming { done, total });
        Ok(())
    })
}

pub(super) fn changed_meanwhile(project: &Project, files: &[PathBuf]) -> Vec<String> {
    let note = |path: &PathBuf| {
        format!("{} was changed meanwhile: its references are left as they are", project.display_path(path))
    };
    files.iter().map(note).collect()
}

fn places(renaming: &Renaming, folder: &Path, archive: &Path) -> (PathBuf, PathBuf) {
    let to = if renaming.kind == RenamedKind::Archived { archive } else { folder };
    (folder.join(&renaming.from), to.join(&renaming.to))
}

fn rename(project: &Project, renaming: &Renaming, from: &Path, to: &Path) -> Rename {
    Rename {
        kind: match renaming.kind {
            RenamedKind::Up => RenameKind::Up,
            RenamedKind::Down => RenameKind::Down,
            RenamedKind::Archived => RenameKind::Archived,
        },
        from: project.display_path(from),
        to: project.display_path(to),
        from_version: renaming.from_version.clone(),
        to_version: renaming.to_version.clone(),
        reason: renaming.reason.clone(),
    }
}

fn renamed_version(layout: Layout, renaming: &Renaming) -> Option<RenamedVersion> {
    let (old, new) = (renaming.from_version.clone()?, renaming.to_version.clone()?);
    (renaming.kind == RenamedKind::Up && old != new).then(|| RenamedVersion {
        old_version: history_key(layout, &renaming.from, old),
        new_version: history_key(layout, &renaming.to, new),
        name: renaming.description.clone(),
        old_file: renaming.from.clone(),
        new_file: renaming.to.clone(),
    })
}

/// As histories call it: Prisma's by the whole folder.
fn history_key(layout: Layout, path: &str, version: String) -> String {
    if layout != Layout::Prisma {
        return version;
    }
    let folder = path.strip_suffix("/migration.sql").unwrap_or(path);
    folder.rsplit('/').next().unwrap_or(folder).to_owned()
}

fn new_names(renamings: &[Renaming], folder: &Path, archive: &Path) -> NewNames {
    let mut names = NewNames::default();
    for renaming in renamings {
        if renaming.kind == RenamedKind::Archived {
            if let Some((from, to)) = moved_path(folder, archive, &renaming.from, &renaming.to) {
                names.path(from, to);
            }
        } else {
            names.rename(&renaming.from, &renaming.to);
        }
    }
    names
}

/// How texts name a file by its folder, before and after it moves into the archive: `migrations/x.sql`.
pub(super) fn moved_path(folder: &Path, archive: &Path, from: &str, to: &str) -> Option<(String, String)> {
    let name = folder.file_name()?.to_str()?;
    // An archive that lies elsewhere cannot be told from the path's last parts.
    let archive = archive.strip_prefix(folder.parent()?).ok()?.to_str()?;
    Some((format!("{name}/{from}"), format!("{archive}/{to}")))
}
