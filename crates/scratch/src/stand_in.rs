//! SQL stand-ins: extension files that answer where the real extension is not installed.

use std::fs;
use std::path::Path;

use crate::{ScratchError, cache};

/// `(file name, content)` of every control file and script.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/stand_ins.rs"));

/// The comment of a stand-in's control file begins with this.
const MARK: &str = "pgmason stand-in:";

/// Extensions whose real version could leave the scratch: the stand-in is taken even where they are installed.
const ALWAYS: &[&str] = &["dblink", "postgres_fdw", "http", "pg_net"];

/// True when there is a stand-in written for the extension.
pub fn is_known(extension: &str) -> bool {
    FILES.iter().any(|(name, _)| name.strip_suffix(".control") == Some(extension))
}

/// Changes with the content of any stand-in.
pub(crate) fn digest() -> &'static [u8] {
    static DIGEST: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    DIGEST
        .get_or_init(|| cache::key(FILES.iter().flat_map(|(name, content)| [name.as_bytes(), content.as_bytes()])))
        .as_bytes()
}

/// Writes the stand-ins of all extensions that the folder has not.
pub(crate) fn write_missing(extension_folder: &Path) -> Result<(), ScratchError> {
    for (name, _) in FILES {
        let Some(extension) = name.strip_suffix(".control") else { continue };
        let control = extension_folder.join(name);
        if ALWAYS.contains(&extension) || !control.exists() {
            write(extension_folder, extension)?;
        }
    }
    Ok(())
}

fn write(extension_folder: &Path, extension: &str) -> Result<(), ScratchError> {
    let script = format!("{extension}--");
    for (name, content) in FILES {
        if name.strip_suffix(".control") == Some(extension) || name.starts_with(&script) {
            replace(&extension_folder.join(name), content)?;
        }
    }
    Ok(())
}

/// The stand-in's script, for a server whose extension folder is out of reach, and the schema that it insists on.
pub(crate) fn script(extension: &str) -> Option<(&'static str, Option<String>)> {
    let control = format!("{extension}.control");
    let prefix = format!("{extension}--");
    let (_, control) = FILES.iter().find(|(name, _)| *name == control)?;
    let (_, script) = FILES.iter().find(|(name, _)| name.starts_with(&prefix))?;
    let schema = control.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "schema").then(|| value.trim().trim_matches('\'').to_owned())
    });
    Some((script, schema))
}

/// An empty extension under a name that nobody foresaw, so that the rest of the folder can be replayed.
pub(crate) fn write_empty(extension_folder: &Path, extension: &str) -> Result<(), ScratchError> {
    let control = format!(
        "comment = '{MARK} empty, because the extension is not installed and not known'\n\
         default_version = '1.0'\nrelocatable = true\nsuperuser = false\n"
    );
    replace(&extension_folder.join(format!("{extension}--1.0.sql")), "-- Nothing is known about this extension.\n")?;
    replace(&extension_folder.join(format!("{extension}.control")), &control)
}

/// True for a name that can be a file name and nothing else.
pub(crate) fn is_plain_name(extension: &str) -> bool {
    !extension.is_empty()
        && extension.len() < 64
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// Never writes through a link into somebody else's installation.
fn replace(path: &Path, content: &str) -> Result<(), ScratchError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            return Err(ScratchError::File { action: "replace", path: path.to_owned(), source });
        }
        _ => {}
    }
    fs::write(path, content).map_err(ScratchError::file("write", path))
}
