//! `set_default`: a column gets another default.

use serde::{Deserialize, Serialize};

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetDefault {
    pub table: String,
    pub column: String,
    /// An expression; none takes the default away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
}
