//! What the history keeps of a migration.

use pgmason_core::migrations::fingerprint;
use pgmason_core::migrations::undo::undo_text;
use pgmason_model::plan::PlannedFile;
use pgmason_pg::history::Entry;

use super::folder::{Folder, version_of};

/// The entry of a file of the folder.
pub(super) fn entry_of(folder: &Folder, place: usize) -> Entry {
    let file = &folder.files.files[place];
    Entry {
        version: version_of(file).to_owned(),
        name: file.description.clone(),
        statements: file
            .statements
            .iter()
            .map(|statement| file.statement_with_comments(statement).to_owned())
            .collect(),
        sha256: file.sha256.clone(),
        statements_sha256: fingerprint::statements_sha256(file),
        undo: undo_text(folder.files.layout, &folder.files.files, file),
    }
}

/// SHA-256 of each step's statement, for a file that may be interrupted between two of them.
pub(super) fn step_hashes(file: &PlannedFile) -> Vec<String> {
    if file.is_one_transaction() {
        return Vec::new();
    }
    file.steps().map(|step| fingerprint::sha256(pgmason_sql::normalise(&step.sql))).collect()
}
