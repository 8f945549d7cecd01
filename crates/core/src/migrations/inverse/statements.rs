//! What statements do to rows of tables that were there before: no catalog shows it, and nothing takes it back.

use pgmason_model::{Catalog, Identifier};
use pgmason_sql::{DataChangeKind, Name, StatementKind};

use super::reference::relation_of;
use crate::migrations::steps::Step;

/// Reasons why there is no way back, from statements that add, change or remove rows of tables of `before`.
pub fn rows_changed(steps: &[&Step<'_>], before: &Catalog, line_of: impl Fn(usize) -> u32) -> Vec<String> {
    let mut reasons = Vec::new();
    for step in steps {
        let at = line_of(step.span.start);
        let mut say = |name: &Name, does: &str| {
            if let Some(table) = table_of(before, name, step) {
                reasons.push(format!("line {at} {does} {table}"));
            }
        };
        match &step.statement.kind {
            StatementKind::Change(change) => say(&change.table, words(change.kind)),
            StatementKind::Truncate { tables, .. } => tables.iter().for_each(|table| say(&table.name, "empties")),
            StatementKind::Copy(copy) if copy.from => {
                copy.table.iter().for_each(|table| say(&table.name, "adds rows to"));
            }
            _ => {}
        }
        for change in &step.statement.with_changes {
            say(&change.table, words(change.kind));
        }
    }
    reasons
}

fn words(kind: DataChangeKind) -> &'static str {
    match kind {
        DataChangeKind::Insert => "adds rows to",
        DataChangeKind::Update => "changes rows of",
        DataChangeKind::Delete => "removes rows from",
        DataChangeKind::Merge => "merges rows into",
    }
}

fn table_of(before: &Catalog, name: &Name, step: &Step<'_>) -> Option<String> {
    let bare = Identifier::from(name.name.as_str());
    let find = |schema: &str| relation_of(before, &Identifier::from(schema), &bare).map(|id| id.to_string());
    match &name.schema {
        Some(schema) => find(schema),
        None => step.search_path.iter().find_map(|schema| find(schema)),
    }
}
