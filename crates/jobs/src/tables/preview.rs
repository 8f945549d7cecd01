//! `pgmason tables preview`: the first rows of a relation, read only and in little time.

use pgmason_core::schema::Schema;
use pgmason_model::{Catalog, Identifier, Object, ObjectId};
use postgres::{Client, SimpleQueryMessage};
use serde::Serialize;

use super::TABLES_SCHEMA_VERSION;
use super::resolve::relation;
use crate::JobError;

/// Rows that a preview shows.
const ROWS: usize = 10;

#[derive(Clone, Debug, Serialize)]
pub struct PreviewReport {
    pub schema_version: u32,
    pub name: String,
    pub columns: Vec<String>,
    /// A null is a null; every other value is its text.
    pub rows: Vec<Vec<Option<String>>>,
    /// True when there are more rows than shown.
    pub more: bool,
    /// Values longer than this many characters end in `…`.
    pub longest_value: usize,
}

/// `longest_value`: characters that are shown of a value.
pub fn preview(
    client: &mut Client,
    catalog: &Catalog,
    typed: &str,
    longest_value: usize,
) -> Result<PreviewReport, JobError> {
    let id = relation(catalog, typed)?;
    let columns = columns(catalog, id);
    // Cut by the server, so that a value of a gigabyte never travels; one more character tells that it was cut.
    let list: Vec<String> =
        columns.iter().map(|column| format!("left({column}::text, {})", longest_value.saturating_add(1))).collect();
    let list = if list.is_empty() { "NULL".to_owned() } else { list.join(", ") };
    let sql = format!(
        "BEGIN READ ONLY; SET LOCAL statement_timeout = '5s'; SET LOCAL lock_timeout = '1s'; \
         SELECT {list} FROM {id} LIMIT {}",
        ROWS + 1
    );
    let refused = |error: postgres::Error| JobError::from_server(&error);
    let answer = client.simple_query(&sql);
    client.batch_execute("ROLLBACK").map_err(refused)?;
    let mut rows: Vec<Vec<Option<String>>> = answer
        .map_err(refused)?
        .iter()
        .filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => {
                Some((0..columns.len()).map(|place| row.get(place).map(|text| cut(text, longest_value))).collect())
            }
            _ => None,
        })
        .collect();
    let more = rows.len() > ROWS;
    rows.truncate(ROWS);
    Ok(PreviewReport {
        schema_version: TABLES_SCHEMA_VERSION,
        name: id.to_string(),
        columns: columns.iter().map(|column| column.as_str().to_owned()).collect(),
        rows,
        more,
        longest_value,
    })
}

fn columns(catalog: &Catalog, id: &ObjectId) -> Vec<Identifier> {
    match catalog.get(id) {
        Some(Object::View(view)) => view.columns.iter().map(|column| column.name.clone()).collect(),
        Some(Object::MaterializedView(view)) => view.columns.iter().map(|column| column.name.clone()).collect(),
        _ => {
            let schema = Schema::new(catalog);
            let table = id.qualified_name().and_then(|name| schema.table(&name));
            table.map_or_else(Vec::new, |table| table.columns.iter().map(|column| column.name.clone()).collect())
        }
    }
}

fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
