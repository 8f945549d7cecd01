//! `sql`: statements of your own.

use serde::{Deserialize, Serialize};

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sql {
    pub title: String,
    /// Runs at the start, in one transaction.
    pub up: String,
    /// Takes it back; the stage cannot be taken back without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub down: Option<String>,
    /// Relations that it touches, so that other operations of the stage keep off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub touches: Vec<String>,
}
