//! `add_check`: a table gets a CHECK constraint.

use serde::{Deserialize, Serialize};

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddCheck {
    pub table: String,
    pub name: String,
    /// The condition, without parentheses.
    pub check: String,
}
