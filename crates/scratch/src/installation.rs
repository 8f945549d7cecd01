//! A server that can be started: its programs, its version, and the folder that holds its extensions.

use std::path::{Path, PathBuf};

use pgmason_model::ServerVersion;

use crate::{Engine, Progress, ScratchError, ScratchOptions, binaries, overlay};

/// The oldest server that pgmason knows.
pub(crate) const OLDEST_MAJOR: u32 = 13;

#[derive(Clone, Debug)]
pub(crate) struct Installation {
    pub(crate) postgres: PathBuf,
    pub(crate) initdb: PathBuf,
    pub(crate) version: ServerVersion,
    pub(crate) embedded: bool,
    /// Where extension files can be put.
    pub(crate) extension_folder: PathBuf,
    /// Tells this installation from others in the names of cached folders.
    pub(crate) key: String,
}

impl Installation {
    pub(crate) fn describe(&self) -> String {
        format!("{} PostgreSQL {}", if self.embedded { "embedded" } else { "local" }, self.version)
    }
}

pub(crate) fn choose(
    options: &ScratchOptions,
    cache: &Path,
    progress: &dyn Fn(Progress),
) -> Result<Installation, ScratchError> {
    match &options.engine {
        Engine::Embedded => embedded(cache, progress),
        Engine::Local | Engine::Url(_) => local(options, cache),
        Engine::Auto => {
            let found = options.major.and_then(|major| {
                binaries::find(Some(major), options.project.as_deref())
                    .filter(|binaries| binaries.version.major() == major)
            });
            match found {
                Some(binaries) => overlay::installation(&binaries, cache),
                None => match embedded(cache, progress) {
                    Err(ScratchError::NoEmbedded) => local(options, cache),
                    other => other,
                },
            }
        }
    }
}

fn local(options: &ScratchOptions, cache: &Path) -> Result<Installation, ScratchError> {
    let binaries = binaries::find(options.major, options.project.as_deref()).ok_or(ScratchError::NoBinaries)?;
    if binaries.version.major() < OLDEST_MAJOR {
        return Err(ScratchError::TooOld { found: binaries.version.major(), oldest: OLDEST_MAJOR });
    }
    overlay::installation(&binaries, cache)
}

#[cfg(all(feature = "embedded", embedded_archive))]
pub(crate) fn embedded(cache: &Path, progress: &dyn Fn(Progress)) -> Result<Installation, ScratchError> {
    crate::embedded::installation(cache, progress)
}

#[cfg(not(all(feature = "embedded", embedded_archive)))]
pub(crate) fn embedded(_cache: &Path, _progress: &dyn Fn(Progress)) -> Result<Installation, ScratchError> {
    Err(ScratchError::NoEmbedded)
}
