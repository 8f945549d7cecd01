//! `rename_table`: a table gets another name in its schema.

use serde::{Deserialize, Serialize};

use super::Compatibility;

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenameTable {
    pub table: String,
    pub to: String,
    #[serde(default, skip_serializing_if = "Compatibility::is_auto")]
    pub compatibility: Compatibility,
}
