//! `migration audit`: what a migrations folder holds, and what the rules about migration files say of it.

use std::collections::BTreeMap;

use pgmason_core::migrations::versions::{VersionFormat, as_compared};
use pgmason_core::migrations::{Direction, MigrationFile};
use pgmason_core::rules::Section;
use serde::Serialize;

use super::folder::{Folder, number_of};
use crate::JobError;
use crate::check::{CheckOptions, CheckReport, check};
use crate::progress::Reporter;
use crate::project::Project;
use crate::source::Source;

/// The version of the JSON output.
pub const AUDIT_SCHEMA_VERSION: u32 = 1;

/// The rules about names and versions, all of which renumbering mends; the others are about what the files say.
const NUMBERING: &[&str] = &[
    "migration-name-format",
    "duplicate-version",
    "gap-in-numbering",
    "mixed-version-formats",
    "sentinel-version",
    "future-version",
    "down-file-runs-as-up",
    "version-order-by-text",
];

#[derive(Clone, Debug, Serialize)]
pub struct AuditReport {
    pub schema_version: u32,
    pub folder: FolderSummary,
    pub check: CheckReport,
}

/// What lies in the folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FolderSummary {
    pub path: String,
    pub layout: &'static str,
    pub files: usize,
    pub up: usize,
    pub down: usize,
    /// Files that the tool passes over because of their name.
    pub not_migrations: usize,
    /// Of the files that run, in their order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_version: Option<String>,
    /// Most frequent first.
    pub formats: Vec<VersionFormatCount>,
    /// Versions that more than one file that runs has.
    pub duplicate_versions: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VersionFormatCount {
    pub format: &'static str,
    pub files: usize,
}

/// `numbering`: only names and versions.
pub fn audit(
    project: &Project,
    source: &Source,
    numbering: bool,
    reporter: Reporter<'_>,
) -> Result<AuditReport, JobError> {
    let folder = Folder::read(project, source)?;
    let summary = summary(project, &folder);
    let rulebook = project.configuration.rulebook(project.access(project.baseline(source, Some(&folder.files))));
    // A rule that the project has switched off stays off.
    let is_on = |rule: &&&pgmason_core::rules::Rule| {
        rulebook.level_of(rule).is_some() && (!numbering || NUMBERING.contains(&rule.name))
    };
    let only = Section::Migration.rules().iter().filter(is_on).map(|rule| rule.name.to_owned()).collect();
    let options = CheckOptions { source: Some(source.clone()), files_only: true, only, ..CheckOptions::default() };
    let mut check = check(project, &options, reporter)?;
    if numbering {
        // Statements that could not be read say nothing about names.
        check.not_checked.clear();
    }
    Ok(AuditReport { schema_version: AUDIT_SCHEMA_VERSION, folder: summary, check })
}

fn summary(project: &Project, folder: &Folder) -> FolderSummary {
    let files = &folder.files.files;
    let count = |direction: Direction| files.iter().filter(|file| file.direction == direction).count();
    let ups: Vec<&MigrationFile> = folder.up_files().collect();
    let (mut formats, mut versions) = (BTreeMap::new(), BTreeMap::new());
    for file in &ups {
        *formats.entry(VersionFormat::of(number_of(file))).or_insert(0) += 1;
        *versions.entry(as_compared(folder.files.layout, number_of(file))).or_insert(0) += 1;
    }
    let mut formats: Vec<VersionFormatCount> = formats
        .into_iter()
        .map(|(format, files): (VersionFormat, usize)| VersionFormatCount { format: format.words_of_many(), files })
        .collect();
    formats.sort_by_key(|format| std::cmp::Reverse(format.files));
    FolderSummary {
        path: project.display_path(&folder.path),
        layout: folder.files.layout.name(),
        files: files.len(),
        up: ups.len(),
        down: count(Direction::Down),
        not_migrations: count(Direction::NotAMigration),
        first_version: ups.first().map(|file| number_of(file).to_owned()),
        last_version: ups.last().map(|file| number_of(file).to_owned()),
        formats,
        duplicate_versions: versions.values().filter(|count: &&usize| **count > 1).count(),
    }
}
