//! `drop_index`: an index goes; it can be built again.

use serde::{Deserialize, Serialize};

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DropIndex {
    pub index: String,
}
