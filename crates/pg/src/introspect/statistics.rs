//! Counters and sizes of a live database.

use pgmason_model::ObjectId;
use pgmason_model::catalog::{IndexStatistics, SequenceStatistics, TableStatistics};

use super::IntrospectError;
use super::builder::Builder;
use super::row::Row;

pub(super) fn decode_database(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    builder.statistics.in_recovery = row.get("in_recovery")?;
    builder.statistics.seconds_since_reset = row.get("seconds_since_reset")?;
    Ok(())
}

pub(super) fn decode_table(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let Some(id) = relation(row, builder)? else { return Ok(()) };
    let statistics = TableStatistics {
        row_estimate: row.get("row_estimate")?,
        live_rows: row.get("live_rows")?,
        dead_rows: row.get("dead_rows")?,
        total_bytes: row.get("total_bytes")?,
        table_bytes: row.get("table_bytes")?,
        sequential_scans: row.get("sequential_scans")?,
        index_scans: row.get("index_scans")?,
        rows_inserted: row.get("rows_inserted")?,
        rows_updated: row.get("rows_updated")?,
        rows_deleted: row.get("rows_deleted")?,
    };
    builder.statistics.tables.insert(id, statistics);
    Ok(())
}

pub(super) fn decode_index(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let Some(id) = relation(row, builder)? else { return Ok(()) };
    let statistics = IndexStatistics {
        scans: row.get("scans")?,
        bytes: row.get("bytes")?,
        seconds_since_last_scan: row.get("seconds_since_last_scan")?,
    };
    builder.statistics.indexes.insert(id, statistics);
    Ok(())
}

pub(super) fn decode_sequence(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let Some(id) = relation(row, builder)? else { return Ok(()) };
    let statistics = SequenceStatistics { last_value: row.get("last_value")? };
    builder.statistics.sequences.insert(id, statistics);
    Ok(())
}

fn relation(row: &Row<'_>, builder: &Builder) -> Result<Option<ObjectId>, IntrospectError> {
    Ok(builder.relation(row.get("oid")?).cloned())
}
