//! `partition_table`: a table becomes a partitioned one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::is_false;

/// See the file's head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartitionTable {
    pub table: String,
    pub by: PartitionBy,
    pub column: String,
    /// For `range` over time: `day`, `week`, `month`, `quarter` or `year`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<String>,
    /// For `range`: partitions ahead of now. For `hash`: how many in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partitions: Option<u32>,
    /// For `list`: partition → its values, as SQL literals.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lists: BTreeMap<String, Vec<String>>,
    /// A partition for everything else; needed where values are not known.
    #[serde(default, skip_serializing_if = "is_false")]
    pub default_partition: bool,
    /// Foreign keys of other tables that cannot refer to it any more, since its key has to hold the partition column:
    /// they go when this says so.
    #[serde(default, skip_serializing_if = "is_false")]
    pub drop_foreign_keys: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartitionBy {
    Range,
    List,
    Hash,
}
