//! The files of a project that a person wrote: what git would ignore is left out, and so are folders of packages.

use std::path::{Path, PathBuf};

use glob::Pattern;
use ignore::WalkBuilder;
use pgmason_model::catalog::NotChecked;

use crate::JobError;
use crate::project::Project;

/// Folders whose files nobody here wrote, where no .gitignore says so.
const SKIPPED: &[&str] = &[".git", "node_modules", "target", "vendor", "dist", ".next", ".venv", "venv", "__pycache__"];

/// Files that list packages: no code.
const LOCK_FILES: &[&str] = &[
    "package-lock.json",
    "pnpm-lock.yaml",
    "yarn.lock",
    "bun.lock",
    "Cargo.lock",
    "poetry.lock",
    "deno.lock",
    "uv.lock",
];

/// Files in the order of their paths, and folders that could not be read.
pub(super) fn files(project: &Project, only: &[String]) -> Result<(Vec<PathBuf>, Vec<NotChecked>), JobError> {
    let chosen = Chosen::new(only)?;
    let (mut files, mut not_checked) = (Vec::new(), Vec::new());
    let walk = WalkBuilder::new(&project.folder)
        .hidden(false)
        .require_git(false)
        .filter_entry(|entry| entry.depth() == 0 || !SKIPPED.contains(&entry.file_name().to_string_lossy().as_ref()))
        .sort_by_file_path(Path::cmp)
        .build();
    for entry in walk {
        match entry {
            Ok(entry) => {
                // Links lead to files that are met by themselves, or that are not the project's.
                let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
                let name = entry.file_name().to_string_lossy();
                if is_file && !LOCK_FILES.contains(&name.as_ref()) && chosen.takes(&project.display_path(entry.path()))
                {
                    files.push(entry.into_path());
                }
            }
            Err(error) => not_checked.push(NotChecked { what: "a folder".into(), reason: error.to_string() }),
        }
    }
    Ok((files, not_checked))
}

struct Chosen {
    patterns: Vec<Pattern>,
    folders: Vec<String>,
}

impl Chosen {
    fn new(only: &[String]) -> Result<Self, JobError> {
        let (mut patterns, mut folders) = (Vec::new(), Vec::new());
        for one in only {
            let plain = one.trim_start_matches("./").trim_end_matches('/');
            if plain.contains(['*', '?', '[']) {
                let pattern = Pattern::new(plain)
                    .map_err(|error| JobError::PathPattern { pattern: one.clone(), message: error.to_string() })?;
                patterns.push(pattern);
            } else {
                folders.push(plain.to_owned());
            }
        }
        Ok(Self { patterns, folders })
    }

    fn takes(&self, path: &str) -> bool {
        let inside = |folder: &String| {
            folder == "."
                || path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.patterns.is_empty() && self.folders.is_empty()
            || self.folders.iter().any(inside)
            || self.patterns.iter().any(|pattern| pattern.matches(path))
    }
}
