//! Finds columns that say whose a row is and that no index leads with.

use pgmason_model::catalog::{Index, TableKind};
use pgmason_model::{Fix, Level};

use super::foreign_key_without_index;
use super::index_shape::{Coverage, best_coverage};
use crate::expression::column_references;
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};
use crate::schema::{ColumnView, SchemaContext, TableView};

pub(super) static RULE: Rule = Rule {
    name: "user-column-without-index",
    section: Section::Index,
    default_level: RuleLevel::Warning,
    summary: "no index leads with the column that says whose a row is",
    page: include_str!("user_column_without_index.md"),
    options: &[],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let keys_are_checked = ctx.rulebook.level_of(&foreign_key_without_index::RULE).is_some();
    for table in ctx.root_tables().filter(|table| !table.is_foreign()) {
        for column in &table.columns {
            if !ctx.rulebook.access.user_columns.contains(column.name.as_str()) {
                continue;
            }
            // One missing index is one finding.
            if !(keys_are_checked && is_foreign_key(table, column)) {
                report(table, column, findings);
            }
        }
    }
}

fn is_foreign_key(table: &TableView<'_>, column: &ColumnView<'_>) -> bool {
    table.foreign_keys().any(|key| matches!(key.columns, [only] if only == column.name))
}

fn report(table: &TableView<'_>, column: &ColumnView<'_>, findings: &mut Findings<'_>) {
    let name = column.name;
    if best_coverage(&table.indexes, std::slice::from_ref(name)).0 == Coverage::Full {
        return;
    }
    let leads = |index: &Index| index.keys.first().is_some_and(|key| key.column.as_ref() == Some(name));
    let partial = table.indexes.iter().find(|(_, index)| leads(index) && index.predicate.is_some());
    let message = match partial {
        Some((index, _)) => {
            format!("column {} leads no index that holds all rows: {} is partial", column.id, index.name)
        }
        None => format!("column {} leads no index", column.id),
    };
    let concurrently = if table.table.kind == TableKind::Partitioned { "" } else { "CONCURRENTLY " };
    let sql = format!("CREATE INDEX {concurrently}ON {} ({name});", table.id);
    let finding = findings.on(column.id, message, format!("create one: {sql}"));
    finding.fix = Some(Fix { description: format!("create an index on ({name})"), sql });
    // Who wrote a row is looked up now and then; whose it is, by every query.
    if name.as_str() != "user_id" && !is_in_a_policy(table, column) {
        finding.level = finding.level.min(Level::Info);
    }
}

fn is_in_a_policy(table: &TableView<'_>, column: &ColumnView<'_>) -> bool {
    let expressions = table.policies.iter().flat_map(|(_, policy)| [&policy.using, &policy.with_check]);
    expressions
        .flatten()
        .flat_map(|expression| column_references(expression))
        .any(|reference| *column.name == *reference.name.as_str())
}
