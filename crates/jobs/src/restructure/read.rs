//! Finds and reads `restructure/NAME.toml`.

use std::path::{Path, PathBuf};
use std::{fs, io};

use pgmason_core::restructure::file::RestructureFile;

use crate::JobError;
use crate::project::Project;

/// The folder in the project that holds the files.
pub const FOLDER: &str = "restructure";

/// A file that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadFile {
    /// `prefix` of `restructure/prefix.toml`.
    pub name: String,
    pub path: PathBuf,
    pub text: String,
    pub file: RestructureFile,
}

/// `named`: a name in the folder, or a path. None: the only file of the folder.
pub fn read(project: &Project, named: Option<&str>) -> Result<ReadFile, JobError> {
    let folder = project.folder.join(FOLDER);
    let path = match named {
        Some(named) if named.ends_with(".toml") => {
            let beside = project.folder.join(named);
            if beside.exists() { beside } else { PathBuf::from(named) }
        }
        Some(named) => folder.join(format!("{named}.toml")),
        None => {
            let mut all = files(&folder)?;
            match (all.pop(), all.is_empty()) {
                (Some(only), true) => only,
                (None, _) => return Err(JobError::NoRestructureFile { folder }),
                (Some(last), false) => {
                    all.push(last);
                    let names = all.iter().filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()));
                    return Err(JobError::SeveralRestructureFiles { names: names.collect() });
                }
            }
        }
    };
    let text = fs::read_to_string(&path).map_err(JobError::file("read", &path))?;
    let file = toml::from_str(&text)
        .map_err(|error| JobError::Configuration { path: path.clone(), message: error.to_string() })?;
    let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(ReadFile { name, path, text, file })
}

/// All files of the folder, by name. A folder that is not there has none.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, JobError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(JobError::file("read", folder)(error)),
    };
    let mut paths: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    paths.sort();
    Ok(paths)
}
