//! What a table's keys say about its rows: that they join others, or that there is only one.

use std::collections::HashSet;

use pgmason_model::Catalog;
use pgmason_model::catalog::{Constraint, ConstraintKind};

use super::columns::{base_type, is_timestamp};
use crate::schema::TableView;

/// True for a table whose rows join rows of others: columns of two or more foreign keys are together a key of it.
pub(in crate::rules) fn is_junction(table: &TableView<'_>) -> bool {
    table
        .constraints
        .iter()
        .map(|(_, constraint)| *constraint)
        .filter(|constraint| matches!(constraint.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique))
        .any(|key| joins(table, key))
}

fn joins(table: &TableView<'_>, key: &Constraint) -> bool {
    let mut foreign_keys: HashSet<&str> = HashSet::new();
    for column in &key.columns {
        let mut referring = table.foreign_keys().filter(|foreign_key| foreign_key.columns.contains(column)).peekable();
        if referring.peek().is_none() {
            return false;
        }
        foreign_keys.extend(referring.map(|foreign_key| foreign_key.name.as_str()));
    }
    key.columns.len() >= 2 && foreign_keys.len() >= 2
}

/// True for a junction that says nothing but that two rows belong together, and since when: there is nothing to update.
pub(super) fn is_bare_junction(catalog: &Catalog, table: &TableView<'_>) -> bool {
    let is_key = |column: &str| {
        table.foreign_keys().any(|foreign_key| foreign_key.columns.iter().any(|name| name.as_str() == column))
            || table.primary_key().is_some_and(|key| key.columns.iter().any(|name| name.as_str() == column))
    };
    is_junction(table)
        && table.columns.iter().all(|column| is_key(column.name.as_str()) || is_timestamp(&base_type(catalog, column)))
}

/// True for a table that can hold one row: its key is a boolean, or a CHECK lets it have one value.
pub(in crate::rules) fn is_single_row(catalog: &Catalog, table: &TableView<'_>) -> bool {
    table
        .constraints
        .iter()
        .map(|(_, constraint)| *constraint)
        .filter(|constraint| matches!(constraint.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique))
        .filter_map(|key| match key.columns.as_slice() {
            [column] => table.column(column.as_str()),
            _ => None,
        })
        .any(|column| {
            base_type(catalog, &column) == "boolean"
                || table
                    .checks_on(column.name.as_str())
                    .any(|check| check.columns.len() == 1 && check.expression.as_deref().is_some_and(allows_one_value))
        })
}

/// True for `(id = 1)`: one comparison for equality with one constant, nothing beside it.
fn allows_one_value(expression: &str) -> bool {
    use crate::expression::{TokenKind, tokens};
    let tokens = tokens(expression);
    let mut words = tokens.iter().filter(|token| !matches!(token.kind, TokenKind::Open | TokenKind::Close));
    let is_column = words.next().is_some_and(|token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedName));
    let is_equality = words.next().is_some_and(|token| token.is_operator("="));
    let is_constant = words.next().is_some_and(|token| matches!(token.kind, TokenKind::Number | TokenKind::String));
    // What may follow is the constant's cast: `'main'::text`.
    is_column && is_equality && is_constant && words.all(|token| !token.is_word("or") && !token.is_word("and"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_is_one_comparison() {
        for expression in ["(id = 1)", "id = 1", "(key = 'main'::text)", "((key)::text = 'main'::text)"] {
            // The cast on the column's side is PostgreSQL's for varchar; it is not understood, and nothing is claimed.
            assert_eq!(allows_one_value(expression), !expression.starts_with("(("), "{expression}");
        }
        for expression in ["(id > 1)", "((id = 1) OR (id = 2))", "(id = ANY (ARRAY[1, 2]))", "(a = b)", ""] {
            assert!(!allows_one_value(expression), "{expression}");
        }
    }
}
