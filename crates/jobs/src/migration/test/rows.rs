//! The rows of tables, read so that they can be found again after a migration: tables and columns by their OIDs and
//! numbers, which renames leave alone.

use std::collections::{BTreeMap, BTreeSet};

use pgmason_model::{Identifier, QualifiedName};
use postgres::Client;
use postgres::error::SqlState;

use crate::JobError;

/// A table's rows as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TableRows {
    pub(super) oid: u32,
    pub(super) name: QualifiedName,
    pub(super) columns: Vec<RowColumn>,
    /// The first [`MOST_ROWS`], sorted by their text.
    pub(super) rows: Vec<Vec<Option<String>>>,
    pub(super) count: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RowColumn {
    pub(super) number: i16,
    pub(super) name: Identifier,
    pub(super) type_name: String,
}

/// Rows that are looked at one by one; of larger tables only the count is compared.
const MOST_ROWS: i64 = 2000;

impl TableRows {
    /// Every row was read.
    pub(super) fn is_whole(&self) -> bool {
        self.count <= MOST_ROWS
    }

    pub(super) fn column_of(&self, number: i16) -> Option<(usize, &RowColumn)> {
        self.columns.iter().enumerate().find(|(_, column)| column.number == number)
    }

    pub(super) fn column_named(&self, name: &Identifier) -> Option<(usize, &RowColumn)> {
        self.columns.iter().enumerate().find(|(_, column)| column.name == *name)
    }
}

/// Names and rows of the tables with these OIDs; what is gone is left out.
///
/// What the role may not read is left out as well, and noted.
pub(super) fn read(
    client: &mut Client,
    oids: &[u32],
    unreadable: &mut BTreeSet<QualifiedName>,
) -> Result<Vec<TableRows>, JobError> {
    if oids.is_empty() {
        return Ok(Vec::new());
    }
    let refused = |error: postgres::Error| JobError::from_server(&error);
    let mut tables: BTreeMap<u32, TableRows> = BTreeMap::new();
    for row in client.query(include_str!("rows.sql"), &[&oids]).map_err(refused)? {
        let (schema, name): (&str, &str) = (row.get("schema"), row.get("name"));
        let table = tables.entry(row.get("oid")).or_insert_with(|| TableRows {
            oid: row.get("oid"),
            name: QualifiedName::new(schema, name),
            columns: Vec::new(),
            rows: Vec::new(),
            count: 0,
        });
        if let (Some(number), Some(column), Some(type_name)) =
            (row.get::<_, Option<i16>>("number"), row.get::<_, Option<&str>>("column"), row.get("type_name"))
        {
            table.columns.push(RowColumn { number, name: Identifier::from(column), type_name });
        }
    }
    for table in tables.values_mut() {
        let columns: Vec<String> = table.columns.iter().map(|column| format!("{}::text", column.name)).collect();
        let count = format!("SELECT count(*) FROM {}", table.name);
        table.count = match client.query_one(&count, &[]) {
            Ok(row) => row.get(0),
            Err(error) if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => {
                unreadable.insert(table.name.clone());
                continue;
            }
            Err(error) => return Err(refused(error)),
        };
        if table.count == 0 {
            continue;
        }
        let select = format!("SELECT {} FROM {} LIMIT {MOST_ROWS}", columns.join(", "), table.name);
        for row in client.query(&select, &[]).map_err(refused)? {
            table.rows.push((0..row.len()).map(|place| row.get(place)).collect());
        }
        table.rows.sort();
    }
    Ok(tables.into_values().filter(|table| !unreadable.contains(&table.name)).collect())
}

/// The OIDs of tables by name.
pub(super) fn oids(client: &mut Client, names: &[QualifiedName]) -> Result<Vec<u32>, JobError> {
    let (schemas, tables): (Vec<&str>, Vec<&str>) =
        names.iter().map(|name| (name.schema.as_str(), name.name.as_str())).unzip();
    let rows = client
        .query(include_str!("table_oids.sql"), &[&schemas, &tables])
        .map_err(|error| JobError::from_server(&error))?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
