//! `move_table`: a table goes to another schema.

use serde::{Deserialize, Serialize};

use super::Compatibility;

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveTable {
    pub table: String,
    /// Made where it is not there, with USAGE for whoever may use the table in its old one.
    pub schema: String,
    #[serde(default, skip_serializing_if = "Compatibility::is_auto")]
    pub compatibility: Compatibility,
}
