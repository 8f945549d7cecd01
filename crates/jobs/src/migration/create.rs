//! `migration create`: the next file of a migrations folder, in the folder's own format, with an empty way back.
//!
//! Nothing is overwritten, and nothing is left half made.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use heck::ToSnakeCase;
use jiff::Timestamp;
use pgmason_core::migrations::next_version::next_version;
use pgmason_core::migrations::rollback_place::{RollbackPlace, rollback_place};
use pgmason_core::migrations::versions::is_sentinel;
use pgmason_core::migrations::{Direction, FileName, Layout, MigrationFile};
use serde::Serialize;

use super::folder::number_of;
use super::renumber::is_supabase;
use crate::JobError;
use crate::folder;
use crate::project::Project;
use crate::source::Source;

/// The version of the JSON output.
pub const CREATE_SCHEMA_VERSION: u32 = 1;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CreateReport {
    pub schema_version: u32,
    pub version: String,
    pub name: String,
    pub layout: &'static str,
    /// The migration.
    pub file: String,
    /// What takes it back, where that is a file of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rollback: Option<String>,
    pub notes: Vec<String>,
}

/// Where the project keeps its migrations, or would: an empty folder will do.
pub fn source(project: &Project) -> Result<Source, JobError> {
    const USUAL: &[&str] = &["supabase/migrations", "migrations", "prisma/migrations", "db/migrations"];
    match project.source() {
        Err(JobError::NothingToRead { .. }) => {
            let mut usual = USUAL.iter().map(|path| project.folder.join(path));
            match usual.find(|path| path.is_dir()) {
                Some(path) => Ok(Source::Migrations(path)),
                None => Err(JobError::NoMigrationsFolder { path: project.folder.clone() }),
            }
        }
        other => other,
    }
}

/// Writes the files.
pub fn create(project: &Project, source: &Source, name: &str) -> Result<CreateReport, JobError> {
    let next = NextMigration::find(project, source, name)?;
    next.write(&next.template(include_str!("create_up.sql")), &next.template(include_str!("create_down.sql")))?;
    Ok(next.report)
}

/// The files that come next, before anything is written.
pub(crate) struct NextMigration {
    pub(crate) report: CreateReport,
    pub(crate) layout: Layout,
    /// The migration has BEGIN and COMMIT of its own.
    pub(crate) opens_transactions: bool,
    /// The migrations folder.
    folder: PathBuf,
    /// Paths inside the folder.
    pub(crate) file: String,
    rollback: Option<String>,
    now: Timestamp,
}

impl NextMigration {
    pub(crate) fn find(project: &Project, source: &Source, name: &str) -> Result<Self, JobError> {
        let Source::Migrations(path) = source else {
            return Err(JobError::NotMigrations { source_name: source.to_string() });
        };
        let name = file_name(name)?;
        let folder = Existing::read(project, source, path)?;
        if let Some(same) = folder.ups().find(|file| file.description.to_snake_case() == name) {
            return Err(JobError::DuplicateMigrationName { name, path: PathBuf::from(&same.path) });
        }
        let versions: Vec<&str> = folder.ups().map(number_of).collect();
        let now = Timestamp::now();
        let version = next_version(folder.layout, &versions, now.as_second()).version;
        let mut notes = Vec::new();
        let file = folder.up_path(&version, &name);
        let read = folder.layout.read_name(&file);
        if !read.as_ref().is_some_and(|read| read.direction == Direction::Up && read.version.is_some()) {
            return Err(JobError::MigrationName { name, problem: "its end says that it takes a migration back" });
        }
        notes.extend(folder.runs_before(read.as_ref(), &file, &versions));
        let rollback = read.and_then(|read| folder.rollback_path(&file, &read, is_supabase(project, path), &mut notes));
        let shown = |inside: &String| project.display_path(&path.join(inside));
        let report = CreateReport {
            schema_version: CREATE_SCHEMA_VERSION,
            version,
            name,
            layout: folder.layout.name(),
            file: shown(&file),
            rollback: rollback.as_ref().map(shown),
            notes,
        };
        Ok(Self { report, layout: folder.layout, opens_transactions: false, folder: path.clone(), file, rollback, now })
    }

    /// A template with this migration's words in it.
    pub(crate) fn template(&self, template: &str) -> String {
        let date = self.now.strftime("%Y-%m-%d %H:%M UTC").to_string();
        let title = title(&self.report.name);
        template.replace("{title}", &title).replace("{date}", &date).replace("{file}", &self.file)
    }

    /// There is a place for what takes it back.
    pub(crate) fn has_way_back(&self) -> bool {
        self.rollback.is_some() || self.layout == Layout::Dbmate
    }

    /// The text of the migration itself.
    pub(crate) fn up_text(&self, up: &str, down: &str) -> String {
        match self.layout {
            Layout::Dbmate => {
                let apart = if self.opens_transactions { " transaction:false" } else { "" };
                format!("-- migrate:up{apart}\n{up}\n-- migrate:down\n{down}")
            }
            // sqlx looks at the first line alone.
            Layout::Sqlx if self.opens_transactions => format!("-- no-transaction\n{up}"),
            _ => up.to_owned(),
        }
    }

    pub(crate) fn write(&self, up: &str, down: &str) -> Result<(), JobError> {
        let mut texts = vec![(self.folder.join(&self.file), self.up_text(up, down))];
        texts.extend(self.rollback.as_ref().map(|inside| (self.folder.join(inside), down.to_owned())));
        write_all(&texts)
    }
}

/// `Add notifications` becomes `add_notifications`.
fn file_name(name: &str) -> Result<String, JobError> {
    const LONGEST: usize = 100;
    let refuse = |problem: &'static str| Err(JobError::MigrationName { name: name.to_owned(), problem });
    if name.trim().is_empty() {
        return refuse("it is empty");
    }
    if !name.is_ascii() {
        return refuse("it has letters that not every file system keeps");
    }
    if name.contains(|c: char| c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')) {
        return refuse("it has characters that no file name has");
    }
    let snake = name.to_snake_case();
    if !snake.contains(|c: char| c.is_ascii_alphabetic()) {
        return refuse("it has no letter");
    }
    if snake.len() > LONGEST {
        return refuse("it is longer than 100 characters");
    }
    Ok(snake)
}

/// `add_notifications` as the first line says it.
fn title(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

/// All files or none. What another process made meanwhile is not overwritten either.
fn write_all(texts: &[(PathBuf, String)]) -> Result<(), JobError> {
    let mut made: Vec<&Path> = Vec::new();
    for (path, text) in texts {
        if let Err(error) = write_new(path, text, &mut made) {
            for path in made {
                // The error that is told is the first one.
                drop(fs::remove_file(path));
            }
            return Err(error);
        }
    }
    Ok(())
}

fn write_new<'a>(path: &'a Path, text: &str, made: &mut Vec<&'a Path>) -> Result<(), JobError> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(JobError::file("make", parent))?;
    }
    let opened = fs::OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = opened.map_err(|source| match source.kind() {
        std::io::ErrorKind::AlreadyExists => JobError::AlreadyThere { path: path.to_owned() },
        _ => JobError::File { action: "write", path: path.to_owned(), source },
    })?;
    made.push(path);
    file.write_all(text.as_bytes()).map_err(JobError::file("write", path))
}

/// What lies in the folder already.
struct Existing {
    layout: Layout,
    files: Vec<MigrationFile>,
}

impl Existing {
    fn read(project: &Project, source: &Source, path: &Path) -> Result<Self, JobError> {
        match folder::read(project, source) {
            Ok(Some(files)) => Ok(Self { layout: files.layout, files: files.files }),
            Ok(None) | Err(JobError::EmptyFolder { .. }) => {
                Ok(Self { layout: layout_of_empty(project, path), files: Vec::new() })
            }
            Err(error) => Err(error),
        }
    }

    fn ups(&self) -> impl Iterator<Item = &MigrationFile> {
        self.files.iter().filter(|file| file.direction == Direction::Up && file.version.is_some())
    }

    fn up_path(&self, version: &str, name: &str) -> String {
        match self.layout {
            Layout::Numbered | Layout::Dbmate => format!("{version}_{name}.sql"),
            Layout::Sqlx => format!("{version}_{name}.up.sql"),
            Layout::Refinery => format!("V{version}__{name}.sql"),
            Layout::Prisma => format!("{version}_{name}/migration.sql"),
            Layout::Diesel => format!("{}_{name}/up.sql", self.diesel_version(version)),
        }
    }

    /// With dashes, unless the folder does without.
    fn diesel_version(&self, version: &str) -> String {
        let setup = |file: &&MigrationFile| !number_of(file).bytes().all(|byte| byte == b'0');
        let without = self
            .ups()
            .filter(setup)
            .any(|file| !file.name_in_folder.split('_').next().unwrap_or_default().contains('-'));
        match version.len() {
            14 if !without => format!("{}-{}-{}-{}", &version[..4], &version[4..6], &version[6..8], &version[8..]),
            _ => version.to_owned(),
        }
    }

    /// Files that the new one does not come behind.
    fn runs_before(&self, name: Option<&FileName>, path: &str, versions: &[&str]) -> Option<String> {
        let name = name?;
        let read = |file: &MigrationFile| self.layout.read_name(&file.name_in_folder);
        let comes_later = |file: &&MigrationFile| {
            read(file).is_some_and(|other| {
                self.layout.order((name, path), (&other, &file.name_in_folder)) == std::cmp::Ordering::Less
            })
        };
        let later: Vec<&MigrationFile> = self.ups().filter(comes_later).collect();
        let last = later.last()?;
        let others = match later.len() - 1 {
            0 => String::new(),
            1 => " and one more file".to_owned(),
            more => format!(" and {more} more files"),
        };
        let why = if is_sentinel(number_of(last), |other| versions.contains(&other)) {
            "whose version stands above every version to come"
        } else {
            "since names are sorted as text"
        };
        Some(format!(
            "the new file runs before {}{others}, {why}: `pgmason migration renumber` mends that",
            last.name_in_folder
        ))
    }

    /// The file for what takes the new one back; none where it goes into the migration itself, or nowhere.
    fn rollback_path(&self, up: &str, name: &FileName, supabase: bool, notes: &mut Vec<String>) -> Option<String> {
        let existing = self.files.iter().map(|file| file.name_in_folder.as_str());
        match rollback_place(self.layout, existing, supabase, up, name) {
            RollbackPlace::File(path, note) => {
                notes.extend(note);
                Some(path)
            }
            RollbackPlace::Section(_) => None,
            RollbackPlace::Nowhere(reason) => {
                notes.push(format!("{reason}: none was made"));
                None
            }
        }
    }
}

/// What lies around an empty folder says whose it is.
fn layout_of_empty(project: &Project, path: &Path) -> Layout {
    let beside = |name: &str| path.parent().is_some_and(|parent| parent.join(name).is_file());
    if beside("schema.prisma") || path.join("migration_lock.toml").is_file() {
        Layout::Prisma
    } else if beside("diesel.toml") || project.folder.join("diesel.toml").is_file() {
        Layout::Diesel
    } else {
        Layout::Numbered
    }
}
