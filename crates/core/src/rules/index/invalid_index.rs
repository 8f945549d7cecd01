//! Finds indexes that no query uses because their build never ended.

use pgmason_model::catalog::{Index, TableKind};
use pgmason_model::{Fix, ObjectId};

use super::index_shape::{indexes_by_relation, is_on_partitioned_table, is_usable};
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};
use crate::schema::SchemaContext;

pub(super) static RULE: Rule = Rule {
    name: "invalid-index",
    section: Section::Index,
    default_level: RuleLevel::Warning,
    summary: "an index is invalid: written to, never read",
    page: include_str!("invalid_index.md"),
    options: &[],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    for (relation, indexes) in indexes_by_relation(ctx) {
        for (id, index) in indexes.into_iter().filter(|(_, index)| !is_usable(index)) {
            if is_on_partitioned_table(ctx, index) {
                report_partitioned(ctx, findings, id, index);
                continue;
            }
            let (help, description, sql) = if is_left_by_reindex(id) {
                let drop = format!("DROP INDEX CONCURRENTLY {id};");
                (format!("an interrupted REINDEX CONCURRENTLY left it, so drop it: {drop}"), "drop the leftover", drop)
            } else {
                let build = format!("REINDEX INDEX CONCURRENTLY {id};");
                (format!("build it anew, or drop it: {build}"), "build the index anew", build)
            };
            findings
                .on(
                    id,
                    format!("index {id} of {relation} is invalid, so no query uses it, yet writes may pay for it"),
                    help,
                )
                .fix = Some(Fix { description: description.to_owned(), sql });
        }
    }
}

/// An index of a partitioned table becomes valid with the last partition's index that is attached to it.
fn report_partitioned(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>, id: &ObjectId, index: &Index) {
    let missing: Vec<String> = ctx
        .tables()
        .filter(|table| table.table.partition_of.as_ref().is_some_and(|part| part.parent == index.table))
        .filter(|table| table.table.kind != TableKind::Foreign)
        .filter(|table| {
            !table.indexes.iter().any(|(_, part)| {
                part.partition_of.as_ref().is_some_and(|parent| id.qualified_name().as_ref() == Some(parent))
            })
        })
        .map(|table| table.id.to_string())
        .collect();
    let message = format!("index {id} of partitioned table {} is invalid: not all partitions have it", index.table);
    let help = if missing.is_empty() {
        "build the invalid index of each partition anew with REINDEX INDEX CONCURRENTLY".to_owned()
    } else {
        format!("create the index on {} and attach it: ALTER INDEX {id} ATTACH PARTITION …", missing.join(", "))
    };
    findings.on(id, message, help);
}

/// `REINDEX CONCURRENTLY` builds under `…_ccnew` and renames the old one to `…_ccold`, with a number where taken.
fn is_left_by_reindex(id: &ObjectId) -> bool {
    let name = id.name.as_str().trim_end_matches(|c: char| c.is_ascii_digit());
    name.ends_with("_ccnew") || name.ends_with("_ccold")
}
