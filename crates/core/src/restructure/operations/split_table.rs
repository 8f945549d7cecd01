//! `split_table`: columns of a table go into a table of their own, one row for each.

use serde::{Deserialize, Serialize};

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitTable {
    pub table: String,
    pub into: String,
    pub columns: Vec<String>,
}
