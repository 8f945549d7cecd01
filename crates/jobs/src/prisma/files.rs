//! Where a project's Prisma schema lies, and the texts of its files.

use std::fs;
use std::path::{Path, PathBuf};

use crate::JobError;
use crate::folder::read_text;
use crate::project::Project;
use crate::source::Source;

/// How deep a schema folder's folders may lie.
const DEPTH: usize = 8;

/// The project's Prisma schema: what the configuration names, else what package.json names, else where Prisma looks.
/// `files`: the project's migrations, beside which it may lie.
pub fn find(project: &Project, files: Option<&Source>) -> Option<PathBuf> {
    if let Some(path) = &project.configuration.sources.prisma {
        return Some(project.folder.join(path));
    }
    let mut candidates = Vec::new();
    candidates.extend(stated_in_package(&project.folder));
    candidates.extend(["prisma/schema.prisma", "schema.prisma", "prisma/schema"].map(|path| project.folder.join(path)));
    if let Some(beside) = files.and_then(Source::path).and_then(Path::parent) {
        candidates.extend(["schema.prisma", "schema"].map(|path| beside.join(path)));
    }
    candidates.push(project.folder.join("prisma"));
    candidates.into_iter().find(|path| holds_schema(path))
}

/// `{ "prisma": { "schema": "…" } }`.
fn stated_in_package(folder: &Path) -> Option<PathBuf> {
    let text = fs::read_to_string(folder.join("package.json")).ok()?;
    let package: serde_json::Value = serde_json::from_str(&text).ok()?;
    Some(folder.join(package.get("prisma")?.get("schema")?.as_str()?))
}

fn holds_schema(path: &Path) -> bool {
    let is_schema = |path: &Path| path.extension().is_some_and(|extension| extension == "prisma");
    if path.is_file() {
        return is_schema(path);
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| is_schema(&entry.path()))
}

/// `(name, text)` of each file, in the order of their names.
pub(super) fn read(project: &Project, path: &Path) -> Result<Vec<(String, String)>, JobError> {
    let metadata = fs::metadata(path).map_err(JobError::file("open", path))?;
    let mut paths = Vec::new();
    if metadata.is_dir() {
        collect(path, 0, &mut paths)?;
        paths.sort();
    } else {
        paths.push(path.to_owned());
    }
    if paths.is_empty() {
        return Err(JobError::NoPrismaSchema { path: path.to_owned() });
    }
    paths.iter().map(|path| Ok((project.display_path(path), read_text(path)?.text))).collect()
}

fn collect(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), JobError> {
    for entry in fs::read_dir(folder).map_err(JobError::file("read", folder))? {
        let path = entry.map_err(JobError::file("read", folder))?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() {
            if depth < DEPTH && !hidden && !path.ends_with("node_modules") {
                collect(&path, depth + 1, found)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "prisma") {
            found.push(path);
        }
    }
    Ok(())
}
