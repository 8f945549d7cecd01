//! What a live server has counted. Absent for every other source.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ObjectId;
use super::entries_by_id;

/// Counters of one server since they were last reset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Statistics {
    /// True on a standby: its counters and the primary's are not each other's.
    pub in_recovery: bool,
    /// Seconds since the counters of this database were reset; none when they never were.
    pub seconds_since_reset: Option<f64>,
    #[serde(with = "entries_by_id")]
    pub tables: BTreeMap<ObjectId, TableStatistics>,
    #[serde(with = "entries_by_id")]
    pub indexes: BTreeMap<ObjectId, IndexStatistics>,
    #[serde(with = "entries_by_id")]
    pub sequences: BTreeMap<ObjectId, SequenceStatistics>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TableStatistics {
    /// The planner's estimate; none when the table was never analysed.
    pub row_estimate: Option<f64>,
    pub live_rows: i64,
    pub dead_rows: i64,
    /// Heap, TOAST and indexes, in bytes.
    pub total_bytes: i64,
    /// Heap alone, in bytes.
    pub table_bytes: i64,
    pub sequential_scans: i64,
    pub index_scans: i64,
    pub rows_inserted: i64,
    pub rows_updated: i64,
    pub rows_deleted: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct IndexStatistics {
    pub scans: i64,
    pub bytes: i64,
    /// PostgreSQL 16 and newer.
    pub seconds_since_last_scan: Option<f64>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SequenceStatistics {
    /// None when the sequence was never used, or may not be read.
    pub last_value: Option<i64>,
}
