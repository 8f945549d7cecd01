//! The folder that outlives runs: unpacked servers and prepared data folders, each made once and then only read.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

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
    sweep(&chosen);
    Ok(chosen)
}

/// Removes what an interrupted run was making, and what no run has used for long (another version's, say).
fn sweep(cache: &Path) {
    const MAKING: Duration = Duration::from_secs(60 * 60);
    const UNUSED: Duration = Duration::from_secs(60 * 60 * 24 * 30);
    for entry in fs::read_dir(cache).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let limit = match name.split('-').next() {
            Some("making") => MAKING,
            Some("data" | "embedded" | "local") => UNUSED,
            _ => continue,
        };
        let used = entry.metadata().and_then(|metadata| metadata.modified()).ok();
        if used.and_then(|used| used.elapsed().ok()).is_some_and(|age| age > limit) {
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}

/// Makes `folder` once: `make` fills a folder beside it, which then takes its name. Two processes may both make it;
/// the first to finish wins and the other takes what it finds.
pub(crate) fn make_once(
    folder: &Path,
    make: impl FnOnce(&Path) -> Result<(), ScratchError>,
) -> Result<(), ScratchError> {
    if folder.exists() {
        // In use: kept for another while. Not being allowed to say so does no harm.
        drop(File::open(folder).and_then(|folder| folder.set_modified(SystemTime::now())));
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
