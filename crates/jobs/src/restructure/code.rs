//! Places in the project's code that use a name which changes.

use std::collections::BTreeMap;

use pgmason_core::references::Grade;
use pgmason_model::restructure::{NameChange, NamePath};

use crate::JobError;
use crate::progress::Reporter;
use crate::project::Project;
use crate::references::{FindOptions, find};

/// Old name → `src/mail.ts:12`, sure and likely ones that are no history.
pub type CodeReferences = BTreeMap<NamePath, Vec<String>>;

pub fn references(
    project: &Project,
    changes: &[NameChange],
    reporter: Reporter<'_>,
) -> Result<CodeReferences, JobError> {
    let mut found = CodeReferences::new();
    if changes.is_empty() {
        return Ok(found);
    }
    let report = find(project, changes, &FindOptions::default(), reporter)?;
    for reference in report.in_use(Grade::Likely) {
        let Some(change) = changes.get(reference.change) else { continue };
        found.entry(change.old.clone()).or_default().push(format!("{}:{}", reference.file, reference.line));
    }
    Ok(found)
}
