//! `change_column_type`: a column gets another type.

use serde::{Deserialize, Serialize};

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeColumnType {
    pub table: String,
    pub column: String,
    #[serde(rename = "type")]
    pub type_name: String,
    /// The new value, from the old column; a cast when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub using: Option<String>,
    /// The old value, from the new one, for code that writes the new shape; a cast when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<String>,
}
