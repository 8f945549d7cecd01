//! The repository that a migrations folder lies in: its text files, and renames that git knows of.
//!
//! Without git, or outside a repository, the project's folder stands in, and a rename is a plain one. Nothing that is
//! there is ever overwritten.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::JobError;

/// Where to look for references, and how to rename.
#[derive(Clone, Debug)]
pub struct Repository {
    /// Without links in it.
    pub root: PathBuf,
    /// From the root; None without git.
    tracked: Option<BTreeSet<PathBuf>>,
}

/// Folders whose files nobody here wrote.
const SKIPPED: &[&str] = &["node_modules", "target", "vendor", "dist", "build"];

impl Repository {
    /// `folder`: of the migrations; `project`: the folder that stands in for a repository.
    pub fn of(folder: &Path, project: &Path) -> Result<Self, JobError> {
        let folder = fs::canonicalize(folder).map_err(JobError::file("open", folder))?;
        let project = fs::canonicalize(project).map_err(JobError::file("open", project))?;
        let top = git(&folder, ["rev-parse", "--show-toplevel"]).map(|text| PathBuf::from(text.trim_end_matches('\n')));
        let root = top.and_then(|top| fs::canonicalize(top).ok());
        Ok(match root {
            Some(root) => {
                let tracked = git(&root, ["ls-files", "-z"]).unwrap_or_default();
                let tracked = tracked.split('\0').filter(|path| !path.is_empty()).map(PathBuf::from).collect();
                Self { root, tracked: Some(tracked) }
            }
            // A folder named from elsewhere is no part of the project.
            None if folder.starts_with(&project) => Self { root: project, tracked: None },
            None => Self { root: folder, tracked: None },
        })
    }

    pub fn has_git(&self) -> bool {
        self.tracked.is_some()
    }

    /// Files that a person may have written, by their whole path; links are left out.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut list = Vec::new();
        match &self.tracked {
            Some(_) => {
                let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
                let text = git(&self.root, arguments).unwrap_or_default();
                let paths: BTreeSet<&str> = text.split('\0').filter(|path| !path.is_empty()).collect();
                list.extend(paths.into_iter().map(|path| self.root.join(path)));
            }
            None => walk(&self.root, &mut list),
        }
        list.retain(|path| fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file()));
        list
    }

    /// Renames a file or a folder, through git where git knows it.
    pub fn rename(&self, from: &Path, to: &Path) -> Result<(), JobError> {
        if fs::symlink_metadata(to).is_ok() {
            return Err(JobError::AlreadyThere { path: to.to_owned() });
        }
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent).map_err(JobError::file("make", parent))?;
        }
        if self.is_tracked(from) && to.starts_with(&self.root) {
            let arguments = [OsStr::new("mv"), OsStr::new("--"), from.as_os_str(), to.as_os_str()];
            let output = Command::new("git").arg("-C").arg(&self.root).args(arguments).output();
            let output = output.map_err(JobError::file("rename", from))?;
            if output.status.success() {
                return Ok(());
            }
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            let source = std::io::Error::other(format!("git mv: {said}"));
            return Err(JobError::File { action: "rename", path: from.to_owned(), source });
        }
        fs::rename(from, to).map_err(JobError::file("rename", from))
    }

    fn is_tracked(&self, path: &Path) -> bool {
        let (Some(tracked), Ok(inside)) = (&self.tracked, path.strip_prefix(&self.root)) else { return false };
        tracked.range(inside.to_owned()..).next().is_some_and(|next| next.starts_with(inside))
    }

    /// After a rename git knows the new name.
    pub(super) fn renamed(&mut self, from: &Path, to: &Path) {
        if !self.is_tracked(from) {
            return;
        }
        if let (Some(tracked), Ok(from), Ok(to)) =
            (&mut self.tracked, from.strip_prefix(&self.root), to.strip_prefix(&self.root))
        {
            tracked.retain(|path| !path.starts_with(from));
            tracked.insert(to.to_owned());
        }
    }
}

/// What git says; None where it is not installed, or has nothing to say.
fn git<const N: usize>(folder: &Path, arguments: [&str; N]) -> Option<String> {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn walk(folder: &Path, list: &mut Vec<PathBuf>) {
    // What cannot be read holds no reference that could be changed.
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || SKIPPED.contains(&name.as_str()) {
            continue;
        }
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(&entry.path(), list),
            Ok(kind) if kind.is_file() => list.push(entry.path()),
            _ => {}
        }
    }
}
