//! Copies a prepared data folder.

use std::fs;
use std::path::Path;

use crate::ScratchError;
use crate::unprivileged::{self, User};

/// Copies files and folders (a data folder has nothing else) and gives the copies to the user. The folder `without` is
/// left out.
pub(crate) fn folder(from: &Path, to: &Path, user: Option<User>, without: Option<&Path>) -> Result<(), ScratchError> {
    fs::create_dir(to).map_err(ScratchError::file("create", to))?;
    // PostgreSQL refuses a data folder that others can read.
    let permissions = fs::metadata(from).map_err(ScratchError::file("read", from))?.permissions();
    fs::set_permissions(to, permissions).map_err(ScratchError::file("set permissions of", to))?;
    unprivileged::give(to, user)?;
    for entry in fs::read_dir(from).map_err(ScratchError::file("read", from))? {
        let entry = entry.map_err(ScratchError::file("read", from))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().map_err(ScratchError::file("read", &source))?;
        if kind.is_dir() {
            if without != Some(source.as_path()) {
                folder(&source, &target, user, without)?;
            }
        } else {
            fs::copy(&source, &target).map_err(ScratchError::file("copy", &source))?;
            unprivileged::give(&target, user)?;
        }
    }
    Ok(())
}
