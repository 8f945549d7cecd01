//! `pgmason snapshot`: a source's catalog as one JSON file.

use std::path::Path;

use pgmason_model::Catalog;
use pgmason_model::catalog::CATALOG_SCHEMA_VERSION;

use crate::JobError;
use crate::open::{OpenOptions, Opened, open};
use crate::progress::Reporter;
use crate::project::Project;
use crate::source::Source;

/// Reads the source. A replay that failed is in the answer's report; its catalog is not the whole schema then.
pub fn snapshot(
    project: &Project,
    source: &Source,
    options: &OpenOptions,
    reporter: Reporter<'_>,
) -> Result<Opened, JobError> {
    let mut opened = open(project, source, options, reporter)?;
    opened.catalog.schema_version = CATALOG_SCHEMA_VERSION;
    Ok(opened)
}

/// The catalog as JSON, the same bytes for the same schema.
pub fn to_json(catalog: &Catalog) -> Result<Vec<u8>, JobError> {
    let mut text = serde_json::to_vec_pretty(catalog).map_err(|error| JobError::Database(error.to_string()))?;
    text.push(b'\n');
    Ok(text)
}

/// Writes the file beside its name first, so that an interrupted run leaves the old one whole.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), JobError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let beside = Path::new(&beside);
    std::fs::write(beside, bytes).map_err(JobError::file("write", beside))?;
    std::fs::rename(beside, path).map_err(JobError::file("write", path))
}
