//! Finds keys that count up in a type that is too small to count for ever.

use pgmason_model::catalog::Constraint;

use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::table::columns::{base_type, is_integer, own_tables};
use crate::rules::table::row_shape::is_single_row;
use crate::rules::{Check, Rule, Section};
use crate::schema::{ColumnView, SchemaContext, TableView};

pub(super) static RULE: Rule = Rule {
    name: "integer-primary-key",
    section: Section::Table,
    default_level: RuleLevel::Warning,
    summary: "a key that counts up is integer or smallint, and can run out",
    page: include_str!("integer_primary_key.md"),
    options: &[],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    for table in own_tables(ctx) {
        let Some(key) = table.primary_key().filter(|key| !key.inherited) else { continue };
        if is_single_row(ctx.catalog, table) {
            continue;
        }
        for column in key.columns.iter().filter_map(|name| table.column(name.as_str())) {
            let base = base_type(ctx.catalog, &column);
            if !is_integer(&base) || !counts_up(table, key, &column) {
                continue;
            }
            let last = if base == "smallint" { "32,767" } else { "2,147,483,647" };
            findings.on(
                column.id,
                format!("the key {} is {base}, which ends at {last}", column.id),
                "make it bigint, and the columns that refer to it too",
            );
        }
    }
}

/// True where the values come from a counter: an identity, a sequence, or, for a lone `id`, one that the application keeps.
fn counts_up(table: &TableView<'_>, key: &Constraint, column: &ColumnView<'_>) -> bool {
    let counted = column.column.identity.is_some() || column.default.is_some_and(|default| default.sequence.is_some());
    let is_id = key.columns.len() == 1 && column.name.as_str() == "id" && column.column.generated.is_none();
    // What refers to another table's key cannot outgrow it.
    let refers = table.foreign_keys().any(|foreign_key| foreign_key.columns.contains(column.name));
    counted || (is_id && !refers)
}
