//! Names that PostgreSQL chooses where none were written (ChooseConstraintName, ChooseIndexName, makeObjectName).

use pgmason_sql::{Constraint, ConstraintKind, CreateIndex, fold_identifier};

use crate::expression::column_references;

/// NAMEDATALEN - 1.
const LONGEST: usize = 63;

/// The name of a constraint, before a number is added where it is taken already.
pub(super) fn constraint_name(table: &str, constraint: &Constraint) -> String {
    if let Some(name) = &constraint.name {
        return name.clone();
    }
    let columns = constraint.columns.join("_");
    match constraint.kind {
        ConstraintKind::PrimaryKey => object_name(table, "", "pkey"),
        ConstraintKind::Unique => object_name(table, &columns, "key"),
        ConstraintKind::ForeignKey => object_name(table, &columns, "fkey"),
        ConstraintKind::Check => object_name(table, &checked_column(constraint).unwrap_or(columns), "check"),
        ConstraintKind::Exclude => object_name(table, &columns, "excl"),
        ConstraintKind::NotNull => object_name(table, &columns, "not_null"),
    }
}

/// The column of a table's CHECK that names only one.
fn checked_column(constraint: &Constraint) -> Option<String> {
    let expression = constraint.expression.as_ref().filter(|_| constraint.columns.is_empty())?;
    let mut columns = column_references(&expression.text).into_iter().map(|column| column.name);
    let first = columns.next()?;
    columns.all(|column| column == first).then_some(first)
}

/// The name of an index over plain columns; None where an expression is part of it and none was written.
pub(super) fn index_name(index: &CreateIndex) -> Option<String> {
    if let Some(name) = &index.name {
        return Some(name.clone());
    }
    let columns: Option<Vec<String>> = index
        .columns
        .iter()
        .map(|part| plain_column(&part.text))
        .chain(index.include.iter().cloned().map(Some))
        .collect();
    Some(object_name(&index.table.name, &columns?.join("_"), "idx"))
}

pub(super) fn sequence_name(table: &str, column: &str) -> String {
    object_name(table, column, "seq")
}

/// `a_b_label`, the longer of a and b shortened until it fits.
fn object_name(first: &str, second: &str, label: &str) -> String {
    let overhead = label.len() + 1 + usize::from(!second.is_empty());
    let (mut a, mut b) = (first.len(), second.len());
    while a + b + overhead > LONGEST {
        if a > b {
            a -= 1;
        } else {
            b -= 1;
        }
    }
    let (a, b) = (clip(first, a), clip(second, b));
    if second.is_empty() { format!("{a}_{label}") } else { format!("{a}_{b}_{label}") }
}

fn clip(text: &str, length: usize) -> &str {
    let end = (0..=length).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    &text[..end]
}

/// The column of an index part such as `created_at DESC`.
fn plain_column(part: &str) -> Option<String> {
    let word = part.split_whitespace().next()?;
    let plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80);
    let quoted = word.len() > 2 && word.starts_with('"') && word.ends_with('"');
    (plain || quoted).then(|| fold_identifier(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_as_postgresql_cuts_them() {
        assert_eq!(object_name("users", "email", "key"), "users_email_key");
        assert_eq!(object_name("users", "", "pkey"), "users_pkey");
        // PostgreSQL 15: CREATE TABLE of this name with a UNIQUE column of this name.
        let long = object_name(&"t".repeat(40), &"c".repeat(40), "key");
        assert_eq!(long, format!("{}_{}_key", "t".repeat(29), "c".repeat(29)));
    }

    #[test]
    fn index_parts_are_columns_or_not() {
        assert_eq!(plain_column("created_at DESC").as_deref(), Some("created_at"));
        assert_eq!(plain_column("\"Name\" text_ops").as_deref(), Some("Name"));
        assert_eq!(plain_column("lower(email)"), None);
    }
}
