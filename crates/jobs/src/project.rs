//! Finds out what a folder is: where its migrations lie, which platform it is for, which server it runs on.

use std::fs;
use std::path::{Path, PathBuf};

use pgmason_core::rulebook::AccessSettings;
use pgmason_scratch::Baseline;
use serde::Deserialize;

use crate::JobError;
use crate::configuration::{BaselineName, Configuration};
use crate::folder::SqlFiles;
use crate::source::Source;

/// A folder and what is known about it.
#[derive(Clone, Debug)]
pub struct Project {
    /// Where `pgmason.toml` is, or would be.
    pub folder: PathBuf,
    pub name: String,
    pub configuration: Configuration,
    pub supabase: Option<SupabaseConfig>,
}

/// What Supabase's `config.toml` says that matters here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SupabaseConfig {
    pub major_version: Option<u32>,
    /// `[api] schemas`.
    pub exposed_schemas: Option<Vec<String>>,
}

/// How deep a migrations folder is looked for.
const DEPTH: usize = 7;
/// Folders that never hold a project's own migrations.
const SKIPPED: &[&str] = &["node_modules", "target", "vendor", "dist", "build", "archive", "migrations_archive"];

impl Project {
    pub fn open(folder: &Path) -> Result<Self, JobError> {
        let metadata = fs::metadata(folder).map_err(JobError::file("open", folder))?;
        if !metadata.is_dir() {
            return Err(JobError::NotAFolder { path: folder.to_owned() });
        }
        let configuration = Configuration::load(folder)?;
        let absolute = fs::canonicalize(folder).map_err(JobError::file("open", folder))?;
        let name = configuration.project.name.clone().unwrap_or_else(|| {
            absolute.file_name().map_or_else(|| "project".to_owned(), |name| name.to_string_lossy().into_owned())
        });
        let supabase =
            find_supabase_config([folder.join("supabase/config.toml"), folder.join("config.toml")].into_iter());
        let project = Self { folder: folder.to_owned(), name, configuration, supabase };
        // A repository of many packages has it beside the migrations.
        Ok(match project.source() {
            Ok(source) => project.beside(&source),
            Err(_) => project,
        })
    }

    /// Reads Supabase's configuration beside the source, where none was found yet.
    pub fn beside(mut self, source: &Source) -> Self {
        if self.supabase.is_none() {
            let parent = source.path().and_then(Path::parent).map(|parent| parent.join("config.toml"));
            self.supabase = find_supabase_config(parent.into_iter());
        }
        self
    }

    /// The project's usual source: what the configuration names, else the migrations folder that lies nearest.
    pub fn source(&self) -> Result<Source, JobError> {
        if let Some(folder) = &self.configuration.sources.migrations {
            return Ok(Source::Migrations(self.folder.join(folder)));
        }
        if let Some(path) = &self.configuration.sources.schema {
            return Ok(Source::Schema(self.folder.join(path)));
        }
        let mut candidates = Vec::new();
        collect(&self.folder, 0, &mut candidates)?;
        candidates.sort_by_key(|candidate| (candidate.rank(), candidate.path.clone()));
        match candidates.as_slice() {
            [] => Err(JobError::NothingToRead { path: self.folder.clone() }),
            [only] => Ok(only.source()),
            [first, second, ..] if first.rank() < second.rank() => Ok(first.source()),
            several => {
                let best = several.iter().filter(|candidate| candidate.rank() == several[0].rank());
                Err(JobError::Ambiguous { candidates: best.map(|candidate| candidate.path.clone()).collect() })
            }
        }
    }

    /// What the configuration says, else what the files look like.
    pub fn baseline(&self, source: &Source, files: Option<&SqlFiles>) -> Baseline {
        match self.configuration.project.baseline {
            Some(BaselineName::Plain) => return Baseline::Plain,
            Some(BaselineName::Supabase) => return Baseline::Supabase,
            None => {}
        }
        let in_supabase_folder = source
            .path()
            .and_then(|path| fs::canonicalize(path).ok())
            .is_some_and(|path| path.components().any(|part| part.as_os_str() == "supabase"));
        // Only a guess at the platform: what the SQL means is PostgreSQL's to say.
        let speaks_supabase = |text: &str| {
            ["auth.uid()", "auth.users", "TO authenticated", "to authenticated", "storage.objects"]
                .iter()
                .any(|mark| text.contains(mark))
        };
        let in_text = files.is_some_and(|files| files.files.iter().any(|file| speaks_supabase(&file.text)));
        if in_supabase_folder || self.supabase.is_some() || in_text { Baseline::Supabase } else { Baseline::Plain }
    }

    /// The major version that the project states.
    pub fn major_version(&self) -> Option<u32> {
        self.configuration
            .scratch
            .major_version
            .or_else(|| self.supabase.as_ref().and_then(|supabase| supabase.major_version))
    }

    /// Who comes in from outside, as the platform has it.
    pub fn access(&self, baseline: Baseline) -> AccessSettings {
        match baseline {
            Baseline::Plain => AccessSettings::default(),
            Baseline::Supabase => {
                let mut access = AccessSettings::supabase();
                if let Some(schemas) = self.supabase.as_ref().and_then(|supabase| supabase.exposed_schemas.clone()) {
                    access.exposed_schemas = schemas.into_iter().collect();
                    // Served always, whatever the file says.
                    access.exposed_schemas.insert("public".to_owned());
                }
                access
            }
        }
    }

    /// A path as the user would name it: from the project's folder where it lies inside, however it was written.
    pub fn display_path(&self, path: &Path) -> String {
        let inside = path.strip_prefix(&self.folder).map(Path::to_owned).ok().or_else(|| {
            // What is not there yet is taken as it is.
            let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
            let root = fs::canonicalize(&self.folder).ok()?;
            real.strip_prefix(root).map(Path::to_owned).ok()
        });
        let shown = inside.as_deref().unwrap_or(path);
        shown.to_string_lossy().trim_start_matches("./").to_owned()
    }
}

struct Candidate {
    path: PathBuf,
    kind: CandidateKind,
    depth: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum CandidateKind {
    Supabase,
    Prisma,
    Migrations,
}

impl Candidate {
    /// What is nearer comes first; at the same depth, what is surer.
    fn rank(&self) -> (usize, CandidateKind) {
        (self.depth, self.kind)
    }

    fn source(&self) -> Source {
        Source::Migrations(self.path.clone())
    }
}

fn collect(folder: &Path, depth: usize, found: &mut Vec<Candidate>) -> Result<(), JobError> {
    if depth == 0 && holds_migrations(folder) {
        found.push(Candidate { path: folder.to_owned(), kind: CandidateKind::Migrations, depth: 0 });
        return Ok(());
    }
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if !is_folder || name.starts_with('.') || SKIPPED.contains(&name.as_str()) {
            continue;
        }
        let path = entry.path();
        if name == "migrations" && holds_migrations(&path) {
            let kind = match folder.file_name().and_then(|name| name.to_str()) {
                Some("supabase") => CandidateKind::Supabase,
                Some("prisma") => CandidateKind::Prisma,
                _ => CandidateKind::Migrations,
            };
            found.push(Candidate { path, kind, depth });
        } else if depth < DEPTH {
            collect(&path, depth + 1, found)?;
        }
    }
    Ok(())
}

/// A folder with versioned SQL files in it, or with folders that hold `migration.sql` or `up.sql`.
fn holds_migrations(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        let versioned = name.starts_with(|c: char| c.is_ascii_digit())
            || (name.starts_with('V') && name.contains("__") && name[1..].starts_with(|c: char| c.is_ascii_digit()));
        (versioned && name.ends_with(".sql") && path.is_file())
            || path.join("migration.sql").is_file()
            || path.join("up.sql").is_file()
    })
}

/// Only the keys that are used; the rest of the file is Supabase's.
#[derive(Deserialize)]
struct SupabaseFile {
    db: Option<SupabaseDb>,
    api: Option<SupabaseApi>,
}

#[derive(Deserialize)]
struct SupabaseDb {
    major_version: Option<u32>,
}

#[derive(Deserialize)]
struct SupabaseApi {
    schemas: Option<Vec<String>>,
}

fn find_supabase_config(places: impl Iterator<Item = PathBuf>) -> Option<SupabaseConfig> {
    places.into_iter().find_map(|path| {
        let text = fs::read_to_string(path).ok()?;
        // `config.toml` is a common name: only one that speaks of a database is Supabase's.
        let SupabaseFile { db, api } = toml::from_str(&text).ok()?;
        let major_version = db?.major_version;
        Some(SupabaseConfig { major_version, exposed_schemas: api.and_then(|api| api.schemas) })
    })
}
