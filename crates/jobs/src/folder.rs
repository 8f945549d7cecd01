//! Reads the SQL files of a source, each parsed once, several at a time.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use pgmason_core::migrations::{FileName, Layout, MigrationFile, fingerprint};

use crate::JobError;
use crate::project::Project;
use crate::source::Source;

/// The files of a migrations folder or of schema files, in the order in which they run.
#[derive(Clone, Debug)]
pub struct SqlFiles {
    pub layout: Layout,
    /// True for a migrations folder, false for schema files.
    pub migrations: bool,
    pub files: Vec<MigrationFile>,
    /// Files whose bytes are no UTF-8 and were read as Latin-1.
    pub not_utf8: Vec<String>,
}

/// Text beyond this is data, not DDL; the IR of it would not fit into memory.
const LIMIT_MEGABYTES: u64 = 1024;

/// Reads what the source names. None for a source that has no files.
pub fn read(project: &Project, source: &Source) -> Result<Option<SqlFiles>, JobError> {
    match source {
        Source::Migrations(folder) => migrations(project, folder).map(Some),
        Source::Schema(path) => schema(project, path).map(Some),
        Source::Database(_) | Source::Prisma(_) | Source::Snapshot(_) | Source::Empty => Ok(None),
    }
}

fn migrations(project: &Project, folder: &Path) -> Result<SqlFiles, JobError> {
    let metadata = fs::metadata(folder).map_err(JobError::file("open", folder))?;
    if !metadata.is_dir() {
        return Err(JobError::NotAFolder { path: folder.to_owned() });
    }
    let mut paths = sql_paths(folder)?;
    paths.sort();
    if paths.is_empty() {
        return Err(JobError::EmptyFolder { path: folder.to_owned() });
    }
    let texts = read_all(folder, &paths)?;
    let marked = |path: &str| {
        paths
            .iter()
            .position(|known| known == path)
            .is_some_and(|place| texts[place].text.lines().any(|line| line.trim_start().starts_with("-- migrate:up")))
    };
    let layout = Layout::detect(paths.iter().map(String::as_str), marked);
    let mut named: Vec<(FileName, String, Text)> =
        paths.into_iter().zip(texts).filter_map(|(path, text)| Some((layout.read_name(&path)?, path, text))).collect();
    if named.is_empty() {
        return Err(JobError::EmptyFolder { path: folder.to_owned() });
    }
    named.sort_by(|a, b| layout.order((&a.0, &a.1), (&b.0, &b.1)));
    let shown = |path: &str| project.display_path(&folder.join(path));
    let not_utf8 = named.iter().filter(|(_, _, text)| text.lossy).map(|(_, path, _)| shown(path)).collect();
    let files = in_parallel(named, |(name, path, text)| {
        let display = shown(&path);
        let mut file = MigrationFile::read(layout, display, path, name, text.text);
        file.sha256 = text.sha256;
        if layout == Layout::Diesel {
            file.in_transaction = diesel_runs_in_transaction(&folder.join(&file.name_in_folder));
        }
        file
    });
    Ok(SqlFiles { layout, migrations: true, files, not_utf8 })
}

/// diesel reads `metadata.toml` beside the file; without it a migration runs in a transaction.
fn diesel_runs_in_transaction(path: &Path) -> bool {
    let metadata = path.with_file_name("metadata.toml");
    let text = fs::read_to_string(metadata).unwrap_or_default();
    let table: toml::Table = text.parse().unwrap_or_default();
    table.get("run_in_transaction").and_then(toml::Value::as_bool).unwrap_or(true)
}

fn schema(project: &Project, path: &Path) -> Result<SqlFiles, JobError> {
    let metadata = fs::metadata(path).map_err(JobError::file("open", path))?;
    let (folder, mut paths) = if metadata.is_dir() {
        (path.to_owned(), sql_paths(path)?)
    } else {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        (path.parent().unwrap_or(Path::new("")).to_owned(), vec![name])
    };
    paths.sort();
    if paths.is_empty() {
        return Err(JobError::EmptyFolder { path: path.to_owned() });
    }
    let texts = read_all(&folder, &paths)?;
    let read: Vec<(String, Text)> =
        paths.into_iter().map(|path| project.display_path(&folder.join(path))).zip(texts).collect();
    let not_utf8 = read.iter().filter(|(_, text)| text.lossy).map(|(path, _)| path.clone()).collect();
    let files = in_parallel(read, |(path, text)| MigrationFile::read_plain(path, text.text));
    Ok(SqlFiles { layout: Layout::Numbered, migrations: false, files, not_utf8 })
}

/// Paths of SQL files in the folder and one level below, `/` between.
fn sql_paths(folder: &Path) -> Result<Vec<String>, JobError> {
    let mut paths = Vec::new();
    for (name, path, is_folder) in entries(folder)? {
        if !is_folder {
            push_sql(&mut paths, name);
        } else if !name.starts_with('.') {
            for (inner, _, is_folder) in entries(&path)? {
                if !is_folder {
                    push_sql(&mut paths, format!("{name}/{inner}"));
                }
            }
        }
    }
    Ok(paths)
}

fn push_sql(paths: &mut Vec<String>, path: String) {
    if path.to_ascii_lowercase().ends_with(".sql") {
        paths.push(path);
    }
}

fn entries(folder: &Path) -> Result<Vec<(String, PathBuf, bool)>, JobError> {
    let mut list = Vec::new();
    for entry in fs::read_dir(folder).map_err(JobError::file("read", folder))? {
        let entry = entry.map_err(JobError::file("read", folder))?;
        let path = entry.path();
        // Through links: a linked file is a file.
        let is_folder = fs::metadata(&path).is_ok_and(|metadata| metadata.is_dir());
        list.push((entry.file_name().to_string_lossy().into_owned(), path, is_folder));
    }
    Ok(list)
}

pub(crate) struct Text {
    pub(crate) text: String,
    sha256: String,
    lossy: bool,
}

fn read_all(folder: &Path, paths: &[String]) -> Result<Vec<Text>, JobError> {
    paths.iter().map(|path| read_text(&folder.join(path))).collect()
}

pub(crate) fn read_text(path: &Path) -> Result<Text, JobError> {
    let megabytes = fs::metadata(path).map_err(JobError::file("read", path))?.len() >> 20;
    if megabytes > LIMIT_MEGABYTES {
        return Err(JobError::TooLarge { path: path.to_owned(), megabytes, limit: LIMIT_MEGABYTES });
    }
    let bytes = fs::read(path).map_err(JobError::file("read", path))?;
    let decoded = pgmason_sql::decode::decode_lossy(&bytes)
        .map_err(|problem| JobError::NotText { path: path.to_owned(), problem })?;
    let sha256 = fingerprint::sha256(&bytes);
    Ok(Text { lossy: decoded.was_lossy.is_some(), text: decoded.text.into_owned(), sha256 })
}

/// Reads one more file that a meta command names, from inside the project only.
pub(crate) fn read_included(project: &Project, from: &Path, named: &str) -> Result<MigrationFile, JobError> {
    let path = from.join(named);
    let root = fs::canonicalize(&project.folder).map_err(JobError::file("open", &project.folder))?;
    let real = fs::canonicalize(&path).map_err(JobError::file("open", &path))?;
    if !real.starts_with(&root) {
        let outside = std::io::Error::other("it lies outside the project");
        return Err(JobError::File { action: "include", path, source: outside });
    }
    let text = read_text(&real)?;
    Ok(MigrationFile::read_plain(project.display_path(&path), text.text))
}

/// The order is kept; the work is shared among the machine's cores.
fn in_parallel<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(items.len().max(1));
    if workers == 1 {
        return items.into_iter().map(work).collect();
    }
    let slots: Vec<Mutex<(Option<T>, Option<R>)>> =
        items.into_iter().map(|item| Mutex::new((Some(item), None))).collect();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(slot) = slots.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let mut slot = slot.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    if let Some(item) = slot.0.take() {
                        slot.1 = Some(work(item));
                    }
                }
            });
        }
    });
    slots
        .into_iter()
        .filter_map(|slot| slot.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).1)
        .collect()
}
