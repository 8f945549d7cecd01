//! Reads the project's files, several at a time, and looks for the names in each.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use pgmason_core::references::{Found, Language, Names, find, language_of};
use pgmason_model::catalog::NotChecked;

use super::report::Role;
use super::walk;
use crate::JobError;
use crate::project::Project;
use crate::restructure::read::FOLDER;

/// What was looked at.
#[derive(Debug, Default)]
pub(super) struct Searched {
    /// Those with references, in the order of their paths.
    pub(super) files: Vec<SearchedFile>,
    pub(super) count: usize,
    pub(super) binary: usize,
    pub(super) not_checked: Vec<NotChecked>,
}

#[derive(Debug)]
pub(super) struct SearchedFile {
    /// None: it is no file.
    pub(super) path: Option<PathBuf>,
    pub(super) display: String,
    pub(super) role: Role,
    pub(super) language: &'static str,
    pub(super) text: String,
    pub(super) found: Found,
}

/// More is data, not code that a person wrote.
const LIMIT_BYTES: u64 = 4 << 20;
/// Parsers recurse: generated code nests deeply.
const STACK_BYTES: usize = 256 << 20;

/// What pgmason itself writes about old names begins with it.
pub(crate) const WRITTEN_BY_PGMASON: &str = "Written by `pgmason generate";

enum Outcome {
    Nothing,
    Binary,
    NotChecked(String),
    Found(SearchedFile),
}

pub(super) fn search(project: &Project, names: &Names<'_>, only: &[String]) -> Result<Searched, JobError> {
    let (paths, not_checked) = walk::files(project, only)?;
    let migrations = project.source().ok().and_then(|source| match source {
        crate::source::Source::Migrations(folder) => Some(folder),
        _ => None,
    });
    let next = AtomicUsize::new(0);
    let outcomes: Mutex<Vec<(usize, Outcome)>> = Mutex::new(Vec::new());
    let work = || {
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(path) = paths.get(place) else { return };
            let outcome = one(project, path, migrations.as_deref(), names);
            if !matches!(outcome, Outcome::Nothing) {
                outcomes.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((place, outcome));
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(8).min(paths.len().max(1));
    thread::scope(|scope| {
        for _ in 0..threads {
            // Where no thread can be had the others, or this one, do its work.
            let started = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
            if started.is_err() {
                work();
            }
        }
    });
    let mut outcomes = outcomes.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    outcomes.sort_by_key(|(place, _)| *place);
    let mut searched = Searched { count: paths.len(), not_checked, ..Searched::default() };
    for (place, outcome) in outcomes {
        match outcome {
            Outcome::Nothing => {}
            Outcome::Binary => searched.binary += 1,
            Outcome::NotChecked(reason) => {
                searched.not_checked.push(NotChecked { what: project.display_path(&paths[place]), reason });
            }
            Outcome::Found(file) => {
                if let Some(unread) = &file.found.unread {
                    let reason = format!("only words were looked for, since it cannot be parsed: {unread}");
                    searched.not_checked.push(NotChecked { what: file.display.clone(), reason });
                }
                searched.files.push(file);
            }
        }
    }
    Ok(searched)
}

fn one(project: &Project, path: &Path, migrations: Option<&Path>, names: &Names<'_>) -> Outcome {
    let display = project.display_path(path);
    if display.starts_with(&format!("{FOLDER}/")) && display.ends_with(".toml") {
        return Outcome::Nothing;
    }
    match fs::metadata(path) {
        Ok(metadata) if metadata.len() > LIMIT_BYTES => {
            return Outcome::NotChecked(format!(
                "it has {} MB, and files over 4 MB are left out",
                metadata.len() >> 20
            ));
        }
        Ok(_) => {}
        Err(error) => return Outcome::NotChecked(error.to_string()),
    }
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => return Outcome::NotChecked(error.to_string()),
    };
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Outcome::NotChecked("it is UTF-16".into());
    }
    if is_binary(&bytes) {
        return Outcome::Binary;
    }
    let Ok(text) = String::from_utf8(bytes) else { return Outcome::NotChecked("it is no UTF-8 text".into()) };
    let found = find(&display, &without_mark(&text), names);
    if found.references.is_empty() || head(&text).contains(WRITTEN_BY_PGMASON) {
        return Outcome::Nothing;
    }
    let language = language_of(&display);
    let role = role_of(path, &display, language, &text, migrations);
    Outcome::Found(SearchedFile { path: Some(path.to_owned()), display, role, language: language.name(), text, found })
}

/// Bytes that stand in no text of any encoding but UTF-16.
fn is_binary(bytes: &[u8]) -> bool {
    let is_control = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    bytes.contains(&0) || bytes.iter().take(8192).any(is_control) && std::str::from_utf8(bytes).is_err()
}

/// A byte order mark is no part of any language; places stay.
pub(super) fn without_mark(text: &str) -> String {
    match text.strip_prefix('\u{feff}') {
        Some(rest) => format!("   {rest}"),
        None => text.to_owned(),
    }
}

fn head(text: &str) -> &str {
    let mut end = text.len().min(1024);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn role_of(path: &Path, display: &str, language: Language, text: &str, migrations: Option<&Path>) -> Role {
    let folders = || display.split('/').rev().skip(1);
    let is_alembic = display.contains("alembic/versions/");
    if migrations.is_some_and(|folder| path.starts_with(folder))
        || folders().any(|folder| folder == "migrations" || folder == "migrations_archive")
        || is_alembic
    {
        return Role::Migration;
    }
    let head = head(text);
    let says_so = ["@generated", "DO NOT EDIT", "Do not edit this file", "automatically generated"];
    let is_supabase = language == Language::Script
        && text.contains("Tables: {")
        && ["export type Database =", "export interface Database", "export type Database<"]
            .iter()
            .any(|mark| text.contains(mark));
    if is_supabase || says_so.iter().any(|mark| head.contains(mark)) { Role::Generated } else { Role::Code }
}
