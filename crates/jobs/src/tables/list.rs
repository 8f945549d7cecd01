//! `pgmason tables list`: every table and view by domain, with rows, size and state.

use std::collections::BTreeMap;

use pgmason_core::rulebook::{Domain, Rulebook};
use pgmason_core::schema::{Schema, TableView};
use pgmason_model::catalog::TableKind;
use pgmason_model::{Catalog, ObjectId};
use serde::Serialize;

use super::TABLES_SCHEMA_VERSION;
use crate::JobError;
use crate::open::Opened;

#[derive(Clone, Debug, Serialize)]
pub struct TablesReport {
    pub schema_version: u32,
    pub source: String,
    /// True when the rows are the planner's estimates.
    pub estimated: bool,
    pub tables: Vec<TableRow>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TableRow {
    /// The domain's title, else its prefix; empty for a name without one.
    pub domain: String,
    pub schema: String,
    pub name: String,
    /// `table`, `partitioned table`, `partition`, `foreign table`, `view`, `materialized view`.
    pub kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<i64>,
    /// Heap, TOAST and indexes; live only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<i64>,
    pub columns: usize,
    pub policies: usize,
    /// `active`, `empty`, or none when the rows are not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<&'static str>,
}

pub fn list(opened: &Opened, source: String, rulebook: &Rulebook) -> Result<TablesReport, JobError> {
    let catalog = &opened.catalog;
    let schema = Schema::new(catalog);
    let counted = match &opened.scratch {
        Some(scratch) => count(&mut scratch.database.connect()?, schema.tables.iter().map(|table| table.id))?,
        None => BTreeMap::new(),
    };
    let mut tables: Vec<TableRow> =
        schema.tables.iter().map(|table| table_row(table, catalog, &counted, rulebook)).collect();
    let view = |id: &ObjectId, kind, columns| TableRow {
        domain: domain(id.name.as_str(), &rulebook.domains),
        schema: id.schema.as_ref().map_or_else(String::new, |schema| schema.as_str().to_owned()),
        name: id.name.as_str().to_owned(),
        kind,
        rows: None,
        bytes: None,
        columns,
        policies: 0,
        status: None,
    };
    tables.extend(schema.views.iter().map(|(id, found)| view(id, "view", found.columns.len())));
    tables
        .extend(schema.materialized_views.iter().map(|(id, found)| view(id, "materialized view", found.columns.len())));
    tables.sort_by(|a, b| (&a.domain, &a.schema, &a.name).cmp(&(&b.domain, &b.schema, &b.name)));
    Ok(TablesReport { schema_version: TABLES_SCHEMA_VERSION, source, estimated: catalog.statistics.is_some(), tables })
}

fn table_row(
    table: &TableView<'_>,
    catalog: &Catalog,
    counted: &BTreeMap<ObjectId, i64>,
    rulebook: &Rulebook,
) -> TableRow {
    let live = catalog.statistics.as_ref().and_then(|statistics| statistics.tables.get(table.id));
    let estimate = live.map(|live| match live.row_estimate {
        // Never analysed: what the server counted as it went.
        None => live.live_rows,
        #[expect(clippy::cast_possible_truncation, reason = "an estimate of rows")]
        Some(rows) => rows.round() as i64,
    });
    let rows = counted.get(table.id).copied().or(estimate);
    TableRow {
        domain: domain(table.name(), &rulebook.domains),
        schema: table.schema().to_owned(),
        name: table.name().to_owned(),
        kind: kind(table),
        rows,
        bytes: live.map(|live| live.total_bytes),
        columns: table.columns.len(),
        policies: table.policies.len(),
        status: rows.map(|rows| if rows > 0 { "active" } else { "empty" }),
    }
}

pub(super) fn kind(table: &TableView<'_>) -> &'static str {
    match table.table.kind {
        _ if table.is_partition() => "partition",
        TableKind::Ordinary => "table",
        TableKind::Partitioned => "partitioned table",
        TableKind::Foreign => "foreign table",
    }
}

/// The configured domain of the prefix, else the prefix when another table shares the notion of one.
/// The domain's title, else its prefix.
pub(crate) fn domain(name: &str, domains: &BTreeMap<String, Domain>) -> String {
    let prefix = name.split_once('_').map_or(name, |(prefix, _)| prefix);
    match domains.get(prefix) {
        Some(domain) if !domain.title.is_empty() => domain.title.clone(),
        Some(_) => prefix.to_owned(),
        None if name.contains('_') => prefix.to_owned(),
        None => String::new(),
    }
}

/// Real rows: only asked of a scratch, where there are few.
fn count<'a>(
    client: &mut postgres::Client,
    tables: impl Iterator<Item = &'a ObjectId>,
) -> Result<BTreeMap<ObjectId, i64>, JobError> {
    let mut counts = BTreeMap::new();
    let tables: Vec<&ObjectId> = tables.collect();
    for some in tables.chunks(100) {
        let parts: Vec<String> = some
            .iter()
            .enumerate()
            .map(|(place, id)| format!("SELECT {place}::int AS place, count(*) AS rows FROM {id}"))
            .collect();
        let rows = client.query(&parts.join(" UNION ALL "), &[]).map_err(|error| JobError::from_server(&error))?;
        for row in rows {
            let place: i32 = row.get(0);
            if let Some(id) = usize::try_from(place).ok().and_then(|place| some.get(place)) {
                counts.insert((*id).clone(), row.get(1));
            }
        }
    }
    Ok(counts)
}
