//! The PostgreSQL that pgmason carries: unpacked once into the cache folder, then run like any local server.
//!
//! Known limits of this build: timers are inert (`statement_timeout`, `lock_timeout` do nothing), and beside pgcrypto
//! and pgvector it has no extension.

use std::path::Path;

use pgmason_model::ServerVersion;

use crate::installation::Installation;
use crate::{Progress, ScratchError, cache, stand_in};

/// `(file name, bytes)`: the runtime, and an archive for each extension.
const ARCHIVES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/archives.rs"));

/// What the archive holds; the crate that carries it is pinned.
const VERSION: ServerVersion = ServerVersion(170_005);

pub(crate) fn installation(cache: &Path, progress: &dyn Fn(Progress)) -> Result<Installation, ScratchError> {
    // The version of pgmason stands for the archives: hashing 5 MB at every start would cost more than it tells.
    let key = cache::key([env!("CARGO_PKG_VERSION").as_bytes(), &VERSION.0.to_le_bytes(), stand_in::digest()]);
    let folder = cache.join(format!("embedded-{VERSION}-{key}"));
    if !folder.exists() {
        progress(Progress::Unpacking);
    }
    cache::make_once(&folder, |folder| {
        for (name, bytes) in ARCHIVES {
            unpack(name, bytes, folder)?;
        }
        stand_in::write_missing(&folder.join(EXTENSIONS))
    })?;
    Ok(Installation {
        postgres: folder.join("bin/postgres"),
        initdb: folder.join("bin/initdb"),
        version: VERSION,
        embedded: true,
        extension_folder: folder.join(EXTENSIONS),
        key: format!("embedded-{key}"),
    })
}

const EXTENSIONS: &str = "share/postgresql/extension";

fn unpack(name: &str, bytes: &[u8], folder: &Path) -> Result<(), ScratchError> {
    if name.ends_with(".zst") {
        let decoder = ruzstd::decoding::StreamingDecoder::new(bytes)
            .map_err(|error| ScratchError::file("unpack", name)(std::io::Error::other(error)))?;
        tar::Archive::new(decoder).unpack(folder).map_err(ScratchError::file("unpack", name))
    } else {
        tar::Archive::new(flate2::read::GzDecoder::new(bytes))
            .unpack(folder)
            .map_err(ScratchError::file("unpack", name))
    }
}
