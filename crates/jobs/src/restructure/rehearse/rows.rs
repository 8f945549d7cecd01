//! The rows of tables as a count and a digest, columns taken in the order of their names.

use std::collections::BTreeMap;

use pgmason_model::restructure::NamePath;
use pgmason_model::{Catalog, Identifier, ObjectId, ObjectKind, QualifiedName};
use postgres::Client;

use crate::JobError;

/// Table → number of rows, and a digest of them that does not depend on their order.
pub(super) type Rows = BTreeMap<QualifiedName, (i64, String)>;

/// Of all tables of the project, but for columns of `without`. What cannot be read is left out.
pub(super) fn read(client: &mut Client, catalog: &Catalog, without: &[&NamePath]) -> Result<Rows, JobError> {
    let mut rows = Rows::new();
    for (id, _) in catalog.of_kind(ObjectKind::Table) {
        let Some(name) = id.qualified_name() else { continue };
        let mut columns = columns(catalog, id);
        columns.retain(|column| !without.iter().any(|path| path.of == name && path.member.as_ref() == Some(column)));
        if catalog.is_platform(id) || columns.is_empty() {
            continue;
        }
        let list: Vec<String> = columns.iter().map(|column| format!("shown.{column}::text")).collect();
        let sql = format!(
            "SELECT count(*), coalesce(md5(string_agg(digest, '' ORDER BY digest)), '') \
             FROM (SELECT md5(ROW({})::text) AS digest FROM {name} AS shown) AS digests",
            list.join(", ")
        );
        // A foreign table has nobody at its other end here.
        if let Ok(row) = client.query_one(&sql, &[]) {
            rows.insert(name, (row.get(0), row.get(1)));
        }
    }
    Ok(rows)
}

fn columns(catalog: &Catalog, table: &ObjectId) -> Vec<Identifier> {
    let mut columns: Vec<Identifier> =
        catalog.of_relation(ObjectKind::Column, table).filter_map(|(id, _)| id.sub.clone()).collect();
    columns.sort();
    columns
}

/// In words, what is not the same.
pub(super) fn differences(before: &Rows, after: &Rows) -> Vec<String> {
    let mut found = Vec::new();
    for (name, (count, digest)) in before {
        match after.get(name) {
            None => found.push(format!("the rows of {name} are not there")),
            Some((now, _)) if now != count => found.push(format!("{name} has {now} rows, not {count}")),
            Some((_, now)) if now != digest => found.push(format!("rows of {name} are not the same")),
            Some(_) => {}
        }
    }
    let more = after.keys().filter(|name| !before.contains_key(*name));
    found.extend(more.map(|name| format!("{name} is there, and should not be")));
    found
}
