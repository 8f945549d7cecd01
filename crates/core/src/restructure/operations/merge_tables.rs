//! `merge_tables`: the rows of a table go into another one, and a view stands under its name.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MergeTables {
    /// The table that goes.
    pub table: String,
    pub into: String,
    /// Column of `into` → expression over the columns of `table`. Columns that are called alike need no entry.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, String>,
    /// Columns of `table` that are left behind, in the archive alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    /// What tells the rows apart afterwards: `{ column = "kind", value = "document" }`. The column is made where it is
    /// not there, with `existing` for the rows of `into`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discriminator: Option<Discriminator>,
    /// What becomes of a row whose key `into` has already.
    #[serde(default, skip_serializing_if = "OnCollision::is_refuse")]
    pub on_collision: OnCollision,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Discriminator {
    pub column: String,
    /// For the rows that come in.
    pub value: String,
    /// For the rows that were there; null when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub existing: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnCollision {
    /// The operation refuses to begin.
    #[default]
    Refuse,
    /// The row of `into` stays, and the other is left in the archive alone.
    KeepExisting,
}

impl OnCollision {
    fn is_refuse(&self) -> bool {
        *self == Self::Refuse
    }
}
