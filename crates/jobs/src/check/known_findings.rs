//! The list of findings that a project lives with (`--baseline FILE`): only new ones fail.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use pgmason_model::Finding;
use serde::{Deserialize, Serialize};

use super::report::Suppressed;
use super::suppress::Outcome;
use crate::JobError;

/// The version of the file.
pub const KNOWN_FINDINGS_SCHEMA_VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct File {
    schema_version: u32,
    findings: Vec<Known>,
}

/// Rule and message are for people; the fingerprint decides.
#[derive(Serialize, Deserialize)]
struct Known {
    fingerprint: String,
    rule: String,
    message: String,
}

pub(super) fn apply(path: &Path, outcome: &mut Outcome) -> Result<(), JobError> {
    let text = fs::read_to_string(path).map_err(JobError::file("read", path))?;
    let unreadable = |message: String| JobError::Configuration { path: path.to_owned(), message };
    let file: File = serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
    if file.schema_version != KNOWN_FINDINGS_SCHEMA_VERSION {
        return Err(unreadable(format!("version {} is not known", file.schema_version)));
    }
    let known: BTreeSet<String> = file.findings.into_iter().map(|known| known.fingerprint).collect();
    let (old, new): (Vec<Finding>, Vec<Finding>) =
        std::mem::take(&mut outcome.findings).into_iter().partition(|finding| known.contains(&finding.fingerprint));
    outcome.findings = new;
    outcome.suppressed.extend(old.into_iter().map(|finding| Suppressed { finding, reason: "known".to_owned() }));
    Ok(())
}

/// Writes the findings as the new list.
pub fn write<'a>(path: &Path, findings: impl IntoIterator<Item = &'a Finding>) -> Result<(), JobError> {
    let mut known: Vec<Known> = findings
        .into_iter()
        .map(|finding| Known {
            fingerprint: finding.fingerprint.clone(),
            rule: finding.rule.clone(),
            message: finding.message.clone(),
        })
        .collect();
    known.sort_by(|a, b| (&a.rule, &a.message, &a.fingerprint).cmp(&(&b.rule, &b.message, &b.fingerprint)));
    let file = File { schema_version: KNOWN_FINDINGS_SCHEMA_VERSION, findings: known };
    let mut text = serde_json::to_vec_pretty(&file).map_err(|error| JobError::Database(error.to_string()))?;
    text.push(b'\n');
    crate::snapshot::write(path, &text)
}
