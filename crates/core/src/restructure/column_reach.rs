//! How far a change of one column reaches: operations on columns of one table go beside each other where nothing of the one is
//! the other's.

use std::collections::BTreeSet;

use pgmason_model::{Identifier, ObjectId, ObjectKind};

use super::column_parts::{inbound, parts_of};
use super::context::PlanContext;
use super::table_facts::key_of;
use crate::expression::column_references;

/// The column, what is built on it, and what needs that. `written`: expressions of the file over columns of the table.
/// None: everything of the table, since rows are visited along the column.
pub(super) fn reach(
    context: &PlanContext<'_>,
    table: &ObjectId,
    column: &Identifier,
    written: &[Option<&str>],
) -> Option<BTreeSet<ObjectId>> {
    if key_of(context, table).is_ok_and(|key| key.iter().any(|part| part.name == *column)) {
        return None;
    }
    let of_table = |column: Identifier| ObjectId { kind: ObjectKind::Column, sub: Some(column), ..table.clone() };
    let parts = parts_of(context.catalog, table, column);
    let mut found = BTreeSet::from([of_table(column.clone())]);
    found.extend(parts.indexes.iter().map(|(id, _)| (*id).clone()));
    found.extend(parts.constraints.iter().map(|(id, ..)| (*id).clone()));
    if let Some(name) = table.qualified_name() {
        found.extend(inbound(context.catalog, &name, column).into_iter().map(|(id, _)| id.clone()));
    }
    let mut next: Vec<ObjectId> = found.iter().cloned().collect();
    while let Some(needed) = next.pop() {
        for (dependent, of) in &context.catalog.dependencies {
            if *of == needed && dependent.kind != ObjectKind::Table && found.insert(dependent.clone()) {
                next.push(dependent.clone());
            }
        }
    }
    for reference in written.iter().flatten().flat_map(|text| column_references(text)) {
        found.insert(of_table(Identifier::from(reference.name.as_str())));
    }
    Some(found)
}
