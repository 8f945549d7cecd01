//! What statements do to rows of tables that were there before: no catalog shows it, and nothing takes it back.

use pgmason_model::{Catalog, Identifier, ObjectId, ObjectKind};
use pgmason_sql::{DataChangeKind, Name, StatementKind};

use super::reference::relation_of;
use crate::expression::{Token, TokenKind, tokens};
use crate::migrations::MigrationFile;
use crate::migrations::steps::Step;

/// Reasons why there is no way back, from statements that add, change or remove rows of tables of `before`.
pub fn rows_changed(steps: &[&Step<'_>], file: &MigrationFile, before: &Catalog) -> Vec<String> {
    let mut reasons = Vec::new();
    for step in steps {
        let at = file.line_and_column(step.span.start).0;
        let mut say = |name: &Name, does: &str| {
            if let Some(table) = table_of(before, name, step) {
                reasons.push(format!("line {at} {does} {table}"));
            }
        };
        match &step.statement.kind {
            // What a new column holds goes with it.
            StatementKind::Change(change)
                if change.kind == DataChangeKind::Update
                    && sets_only_new_columns(step.text(file), &change.table, step, before) => {}
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

/// The columns that an UPDATE sets are none of those that were there.
fn sets_only_new_columns(text: &str, table: &Name, step: &Step<'_>, before: &Catalog) -> bool {
    let (Some(table), Some(columns)) = (table_of(before, table, step), set_columns(text)) else { return false };
    columns.iter().all(|column| {
        let (schema, name) = (table.schema.clone().unwrap_or_default(), table.name.clone());
        before.get(&ObjectId::sub_object(ObjectKind::Column, schema, name, column.as_str())).is_none()
    })
}

/// The columns after SET. None where they cannot be told.
fn set_columns(text: &str) -> Option<Vec<String>> {
    let tokens = tokens(text);
    let set = tokens.iter().position(|token| token.is_word("set"))?;
    let mut columns = Vec::new();
    let mut depth = 0;
    let mut expected = true;
    let rest: Vec<&Token> = tokens[set + 1..].iter().collect();
    for (place, token) in rest.iter().enumerate() {
        match token.kind {
            // SET (a, b) = …
            TokenKind::Open if expected => return None,
            TokenKind::Open => depth += 1,
            TokenKind::Close => depth -= 1,
            TokenKind::Comma if depth == 0 => expected = true,
            TokenKind::Word if depth == 0 && matches!(token.value.as_str(), "from" | "where" | "returning") => break,
            TokenKind::Word | TokenKind::QuotedName if expected => {
                // `t.a` is no column of UPDATE, and a part of a composite or an array is more than a column.
                rest.get(place + 1).filter(|next| next.kind == TokenKind::Operator && next.value == "=")?;
                columns.push(token.value.clone());
                expected = false;
            }
            _ => {}
        }
    }
    (!columns.is_empty()).then_some(columns)
}

fn table_of(before: &Catalog, name: &Name, step: &Step<'_>) -> Option<ObjectId> {
    let bare = Identifier::from(name.name.as_str());
    let find = |schema: &str| relation_of(before, &Identifier::from(schema), &bare);
    match &name.schema {
        Some(schema) => find(schema),
        None => step.search_path.iter().find_map(|schema| find(schema)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_after_set() {
        let found = |text: &str| set_columns(text).map(|columns| columns.join(" "));
        assert_eq!(found("UPDATE t SET a = f(1, 2), \"B\" = c WHERE set = 1").as_deref(), Some("a B"));
        assert_eq!(found("UPDATE t SET a = (SELECT x FROM u WHERE y), b = 1 FROM v").as_deref(), Some("a b"));
        assert_eq!(found("UPDATE t SET (a, b) = (1, 2)"), None);
        assert_eq!(found("UPDATE t SET a[1] = 2"), None);
    }
}
