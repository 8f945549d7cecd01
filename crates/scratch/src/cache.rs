//! The folder that outlives runs: unpacked servers and prepared data folders, each made once and then only read.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::ScratchError;

/// `PGMASON_CACHE_DIR`, else the user's cache folder; as root a folder that the unprivileged user can read.
pub(crate) fn folder() -> Result<PathBuf, ScratchError> {
    let chosen = match std::env::var_os("PGMASON_CACHE_DIR") {
        Some(folder) => PathBuf::from(folder),
        None if rustix::process::geteuid().is_root() => PathBuf::from("/var/cache/pgmason"),
        None => dirs::cache_dir().unwrap_or_else(std::env::temp_dir).join("pgmason"),
    };
    fs::create_dir_all(&chosen).map_err(ScratchError::file("create", &chosen))?;
    Ok(chosen)
}

/// Makes `folder` once: `make` fills a folder beside it, which then takes its name. Two processes may both make it;
/// the first to finish wins and the other takes what it finds.
pub(crate) fn make_once(
    folder: &Path,
    make: impl FnOnce(&Path) -> Result<(), ScratchError>,
) -> Result<(), ScratchError> {
    if folder.exists() {
        return Ok(());
    }
    let parent = folder.parent().unwrap_or(Path::new("."));
    let making = tempfile::Builder::new()
        .prefix("making-")
        .tempdir_in(parent)
        .map_err(ScratchError::file("create a folder in", parent))?;
    let inside = making.path().join("it");
    make(&inside)?;
    match fs::rename(&inside, folder) {
        Ok(()) => Ok(()),
        Err(_) if folder.exists() => Ok(()),
        Err(source) => Err(ScratchError::File { action: "rename to", path: folder.to_owned(), source }),
    }
}

/// A short name for content, so that what changed gets a new folder.
pub(crate) fn key<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
        hasher.update([0]);
    }
    hasher.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
