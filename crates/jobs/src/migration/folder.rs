//! The migrations folder of a project, read, with what every subcommand asks of it.

use std::path::{Path, PathBuf};

use pgmason_core::migrations::{Direction, MigrationFile};

use crate::JobError;
use crate::folder::{self, SqlFiles};
use crate::project::Project;
use crate::source::Source;

/// A migrations folder and its files in the order in which they run.
#[derive(Clone, Debug)]
pub struct Folder {
    /// As it was named.
    pub path: PathBuf,
    pub files: SqlFiles,
}

impl Folder {
    pub fn read(project: &Project, source: &Source) -> Result<Self, JobError> {
        let Source::Migrations(path) = source else {
            return Err(JobError::NotMigrations { source_name: source.to_string() });
        };
        let files = folder::read(project, source)?.ok_or_else(|| JobError::EmptyFolder { path: path.clone() })?;
        Ok(Self { path: path.clone(), files })
    }

    /// The files that run, in order.
    pub fn up_files(&self) -> impl Iterator<Item = &MigrationFile> {
        self.up_files_with_places().map(|(_, file)| file)
    }

    /// The same, each with its place in `files`.
    pub fn up_files_with_places(&self) -> impl Iterator<Item = (usize, &MigrationFile)> {
        let files = self.files.files.iter().enumerate();
        files.filter(|(_, file)| file.direction == Direction::Up && file.version.is_some())
    }

    /// Folders that may hold its old files, the likeliest first; they need not be there.
    pub fn archives(&self, project: &Project) -> Vec<PathBuf> {
        archives(project, &self.path)
    }

    /// Where a file of the folder lies.
    pub fn path_of(&self, name_in_folder: &str) -> PathBuf {
        self.path.join(Path::new(name_in_folder))
    }
}

/// What the configuration names, else `migrations_archive` beside a migrations folder and `archive` inside it.
pub fn archives(project: &Project, folder: &Path) -> Vec<PathBuf> {
    match &project.configuration.migrations.archive {
        Some(archive) => vec![project.folder.join(archive)],
        None => vec![folder.with_file_name("migrations_archive"), folder.join("archive")],
    }
}

/// What a history calls a file: its version; of Prisma's, whose versions need not be unique, the whole folder.
pub fn version_of(file: &MigrationFile) -> &str {
    match file.name_in_folder.strip_suffix("/migration.sql") {
        Some(folder) => folder,
        None => number_of(file),
    }
}

/// The number in a file's name, which of Prisma's folders need not be unique.
pub fn number_of(file: &MigrationFile) -> &str {
    file.version.as_deref().unwrap_or_default()
}

/// A person may name a Prisma migration by its digits alone.
pub fn is_called(file: &MigrationFile, version: &str) -> bool {
    // 2 is 002: of short numbers the noughts are layout.
    let short = |text: &str| text.len() < 8 && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let bare = |text: &str| text.trim_start_matches('0').to_owned();
    let number = number_of(file);
    version_of(file) == version
        || number == version
        || (short(version) && short(number) && bare(version) == bare(number))
}
