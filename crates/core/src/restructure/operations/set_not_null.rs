//! `set_not_null`: a column takes no nulls any more.

use serde::{Deserialize, Serialize};

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetNotNull {
    pub table: String,
    pub column: String,
    /// The value for rows that have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill: Option<String>,
}
