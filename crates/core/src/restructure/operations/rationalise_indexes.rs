//! `rationalise_indexes`: indexes that others make needless go.

use serde::{Deserialize, Serialize};

use super::is_false;

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RationaliseIndexes {
    /// Only those of these tables; all when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<String>,
    /// Indexes that stay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keep: Vec<String>,
    /// Those that the live database has never used, too.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unused: bool,
}
