//! An installed server, seen through a folder of links that pgmason may add extension files to.
//!
//! PostgreSQL finds its library and share folders relative to its program (`make_relative_path`), so a copy of the
//! program in a tree of the same shape uses that tree. The installation itself is never written to.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::binaries::Binaries;
use crate::installation::Installation;
use crate::{ScratchError, cache, stand_in};

/// Where an installation keeps its parts.
struct Layout {
    bin: PathBuf,
    share: PathBuf,
    library: PathBuf,
}

pub(crate) fn installation(binaries: &Binaries, cache: &Path) -> Result<Installation, ScratchError> {
    let postgres = binaries.folder.join("postgres");
    let modified = fs::metadata(&postgres).map_err(ScratchError::file("read", &postgres))?;
    let stamp = modified.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let key = cache::key([
        binaries.folder.as_os_str().as_encoded_bytes(),
        &binaries.version.0.to_le_bytes(),
        &stamp.unwrap_or_default().as_nanos().to_le_bytes(),
        &modified.len().to_le_bytes(),
        stand_in::digest(),
    ]);
    let layout = layout(binaries)?;
    let common = common_prefix(&[&layout.bin, &layout.share, &layout.library]);
    let inside = |path: &Path| path.strip_prefix(&common).unwrap_or(path).to_owned();
    let folder = cache.join(format!("local-{}-{key}", binaries.version));
    cache::make_once(&folder, |folder| build(folder, &layout, &inside))?;
    Ok(Installation {
        postgres: folder.join(inside(&layout.bin)).join("postgres"),
        initdb: binaries.folder.join("initdb"),
        version: binaries.version,
        embedded: false,
        extension_folder: folder.join(inside(&layout.share)).join("extension"),
        key: format!("local-{key}"),
    })
}

fn build(folder: &Path, layout: &Layout, inside: &dyn Fn(&Path) -> PathBuf) -> Result<(), ScratchError> {
    let bin = folder.join(inside(&layout.bin));
    create(&bin)?;
    copy(&layout.bin.join("postgres"), &bin.join("postgres"))?;

    let share = folder.join(inside(&layout.share));
    create(&share.join("extension"))?;
    link_all(&layout.share, &share)?;
    let extensions = layout.share.join("extension");
    link_all(&extensions, &share.join("extension"))?;

    let library = folder.join(inside(&layout.library));
    if let Some(parent) = library.parent() {
        create(parent)?;
        // Libraries that the program looks for beside its own folder (`$ORIGIN/../lib`).
        if let Some(real_parent) = layout.library.parent().filter(|real| real.ends_with("lib")) {
            link_all(real_parent, parent)?;
        }
    }
    if !library.exists() {
        symlink(&layout.library, &library).map_err(ScratchError::file("link", &library))?;
    }
    stand_in::write_missing(&share.join("extension"))
}

fn layout(binaries: &Binaries) -> Result<Layout, ScratchError> {
    let bin = binaries.folder.clone();
    if let Some(layout) = ask_pg_config(&bin) {
        return Ok(layout);
    }
    let root = bin.parent().unwrap_or(Path::new("/"));
    let major = binaries.version.major();
    let share = [root.join("share/postgresql"), root.join("share"), format!("/usr/share/postgresql/{major}").into()]
        .into_iter()
        .find(|folder| folder.join("extension").is_dir());
    let library = [root.join("lib/postgresql"), root.join("lib"), root.join("lib64")]
        .into_iter()
        .find(|folder| folder.join("plpgsql.so").exists() || folder.join("plpgsql.dylib").exists());
    match (share, library) {
        (Some(share), Some(library)) => Ok(Layout { bin, share, library }),
        _ => Err(ScratchError::NoBinaries),
    }
}

fn ask_pg_config(bin: &Path) -> Option<Layout> {
    let output = Command::new(bin.join("pg_config")).args(["--bindir", "--sharedir", "--pkglibdir"]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut lines = text.lines().map(PathBuf::from);
    let (configured_bin, share, library) = (lines.next()?, lines.next()?, lines.next()?);
    (fs::canonicalize(configured_bin).ok()? == bin && share.is_dir() && library.is_dir()).then_some(Layout {
        bin: bin.to_owned(),
        share,
        library,
    })
}

fn common_prefix(paths: &[&Path]) -> PathBuf {
    let Some((first, rest)) = paths.split_first() else { return PathBuf::new() };
    first
        .ancestors()
        .find(|candidate| rest.iter().all(|path| path.starts_with(candidate)))
        .map(Path::to_owned)
        .unwrap_or_default()
}

fn create(folder: &Path) -> Result<(), ScratchError> {
    fs::create_dir_all(folder).map_err(ScratchError::file("create", folder))
}

fn copy(from: &Path, to: &Path) -> Result<(), ScratchError> {
    fs::copy(from, to).map(drop).map_err(ScratchError::file("copy", from))
}

/// A link to each entry that is not there yet.
fn link_all(from: &Path, to: &Path) -> Result<(), ScratchError> {
    for entry in fs::read_dir(from).map_err(ScratchError::file("read", from))? {
        let entry = entry.map_err(ScratchError::file("read", from))?;
        let target = to.join(entry.file_name());
        if !target.exists() {
            symlink(entry.path(), &target).map_err(ScratchError::file("link", &target))?;
        }
    }
    Ok(())
}
