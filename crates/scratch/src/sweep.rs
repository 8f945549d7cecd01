//! Removes what runs left behind whose guard was killed too.
//!
//! A scratch folder whose lock nobody holds has no owner any more.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::place;

/// The names of scratch folders begin with this.
pub(crate) const PREFIX: &str = "pgmason-scratch-";
/// Held locked by the owning process as long as it lives.
pub(crate) const LOCK: &str = "owner.lock";

/// Stops and removes abandoned scratch servers. What cannot be removed (another user's) is left.
pub(crate) fn stale_folders() {
    for entry in place::all().iter().filter_map(|place| fs::read_dir(place).ok()).flat_map(|entries| entries.flatten())
    {
        if entry.file_name().to_string_lossy().starts_with(PREFIX) && is_abandoned(&entry.path()) {
            stop_server(&entry.path());
            // A folder that another process removes at the same moment is as good as removed.
            drop(fs::remove_dir_all(entry.path()));
        } else if entry.file_name().to_string_lossy().starts_with(PREFIX) && is_a_remnant(&entry.path()) {
            // Fails for a folder that holds anything.
            drop(fs::remove_dir(entry.path()));
        }
    }
}

/// A folder whose lock can be taken; one without a lock is just being made.
fn is_abandoned(folder: &Path) -> bool {
    let Ok(lock) = File::open(folder.join(LOCK)) else { return false };
    lock.try_lock().is_ok()
}

/// What a guard leaves that may empty its folder but not remove it: the parent belongs to somebody else.
fn is_a_remnant(folder: &Path) -> bool {
    let age = fs::metadata(folder).and_then(|metadata| metadata.modified()).ok().and_then(|time| time.elapsed().ok());
    age.is_some_and(|age| age > Duration::from_secs(60))
}

fn stop_server(folder: &Path) {
    let pid_file: PathBuf = folder.join("data/postmaster.pid");
    let Ok(text) = fs::read_to_string(&pid_file) else { return };
    let Some(pid) =
        text.lines().next().and_then(|line| line.trim().parse().ok()).and_then(rustix::process::Pid::from_raw)
    else {
        return;
    };
    // The process number may be somebody else's by now: its owner must be the folder's.
    let owner = |path: &Path| fs::metadata(path).map(|metadata| metadata.uid()).ok();
    let process = PathBuf::from(format!("/proc/{}", pid.as_raw_nonzero()));
    if process.exists() && owner(&process) != owner(&pid_file) {
        return;
    }
    let _ = rustix::process::kill_process(pid, rustix::process::Signal::QUIT);
}
