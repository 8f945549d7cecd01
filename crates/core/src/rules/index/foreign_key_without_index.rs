//! Finds foreign keys whose referencing columns no index finds.

use std::collections::BTreeSet;

use pgmason_model::catalog::TableKind;
use pgmason_model::{Fix, Identifier, Level};

use super::index_shape::{Coverage, best_coverage, columns_in_words};
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};
use crate::schema::{ForeignKey, SchemaContext, TableView};

pub(super) static RULE: Rule = Rule {
    name: "foreign-key-without-index",
    section: Section::Index,
    default_level: RuleLevel::Warning,
    summary: "no index leads with the columns of a foreign key",
    page: include_str!("foreign_key_without_index.md"),
    options: &[],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    for table in ctx.tables() {
        let mut seen: BTreeSet<BTreeSet<&Identifier>> = BTreeSet::new();
        for key in table.foreign_keys() {
            // A partition has its parent's keys, and a key to a partitioned table has a copy for each partition.
            if key.constraint.inherited || !seen.insert(key.columns.iter().collect()) {
                continue;
            }
            report(table, &key, findings);
        }
    }
}

fn report(table: &TableView<'_>, key: &ForeignKey<'_>, findings: &mut Findings<'_>) {
    let columns = columns_in_words(key.columns);
    let (coverage, index) = best_coverage(&table.indexes, key.columns);
    let message = match (coverage, index) {
        (Coverage::Full, _) => return,
        (Coverage::Partial, Some(index)) => format!(
            "foreign key {} of {} has no index on all of {columns}: {} leads with some of them",
            key.name, table.id, index.name
        ),
        _ => format!("foreign key {} of {} has no index on {columns}", key.name, table.id),
    };
    // CREATE INDEX CONCURRENTLY is refused for a partitioned table.
    let concurrently = if table.table.kind == TableKind::Partitioned { "" } else { "CONCURRENTLY " };
    let sql = format!("CREATE INDEX {concurrently}ON {} {columns};", table.id);
    let finding = findings.on(&table.constraint_id(key.name), message, format!("create one: {sql}"));
    finding.fix = Some(Fix { description: format!("create an index on {columns}"), sql });
    if coverage == Coverage::Partial {
        finding.level = finding.level.min(Level::Info);
    }
}
