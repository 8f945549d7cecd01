//! Finds a pg_dump that can read a scratch server: of its major, or newer.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use pgmason_model::ServerVersion;

use crate::binaries;

/// `beside`: the folder of the server's own programs, which comes first.
pub(crate) fn program(beside: Option<&Path>, server: ServerVersion) -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> = beside.map(Path::to_owned).into_iter().collect();
    folders.extend(env::var_os("PGMASON_PG_BIN").iter().flat_map(env::split_paths));
    folders.extend(binaries::usual_folders());
    folders.extend(env::var_os("PATH").iter().flat_map(env::split_paths));
    let mut newer: Option<(u32, PathBuf)> = None;
    for path in folders.into_iter().map(|folder| folder.join("pg_dump")).filter(|path| fs::metadata(path).is_ok()) {
        match major_of(&path) {
            Some(major) if major == server.major() => return Some(path),
            // The nearest one writes most nearly what the server's own would.
            Some(major) if major > server.major() && newer.as_ref().is_none_or(|(known, _)| major < *known) => {
                newer = Some((major, path));
            }
            _ => {}
        }
    }
    newer.map(|(_, path)| path)
}

fn major_of(path: &Path) -> Option<u32> {
    let output = Command::new(path).arg("--version").output().ok()?;
    Some(binaries::parse_version(&String::from_utf8_lossy(&output.stdout))?.major())
}
