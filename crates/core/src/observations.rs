//! What was seen by doing it in the scratch database, for rules that would otherwise have to guess.

use std::collections::BTreeMap;

use pgmason_model::ObjectId;

/// Results of experiments, by what they were made on.
#[derive(Clone, Debug, Default)]
pub struct Observations {
    /// Table with an `updated_at` column → what happened to the column when a row was updated.
    pub updated_at: BTreeMap<ObjectId, UpdatedAt>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpdatedAt {
    /// The column moved with the update.
    Maintained,
    /// The column kept its old value.
    NotMaintained,
    /// No row could be put in or updated, for this reason.
    NotObserved(String),
}
