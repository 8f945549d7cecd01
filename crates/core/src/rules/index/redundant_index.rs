//! Finds plain indexes whose every scan another index can serve.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use pgmason_model::catalog::Index;
use pgmason_model::{Fix, ObjectId};

use super::index_shape::{
    IndexWithId, drop_statement, indexes_behind_foreign_keys, indexes_by_relation, is_duplicate, is_usable,
    keys_in_words, reasons_to_keep, serves_every_scan,
};
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, DefaultOption, Rule, RuleOption, Section};
use crate::schema::SchemaContext;

pub(super) static RULE: Rule = Rule {
    name: "redundant-index",
    section: Section::Index,
    default_level: RuleLevel::Warning,
    summary: "another index serves every scan of this one",
    page: include_str!("redundant_index.md"),
    options: &[RuleOption {
        name: "max_extra_columns",
        default: DefaultOption::Integer(2),
        summary: "the other index may be wider by so many columns, included ones counted",
    }],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let referenced = indexes_behind_foreign_keys(ctx);
    let max_extra = usize::try_from(ctx.option_integer("max_extra_columns")).unwrap_or(0);
    for (relation, indexes) in indexes_by_relation(ctx) {
        for &(id, index) in &indexes {
            if !may_go(index) {
                continue;
            }
            let Some((other_id, other)) = narrowest_that_serves((id, index), &indexes, &referenced, max_extra) else {
                continue;
            };
            let drop = drop_statement(ctx, id, index);
            let finding = findings.on(
                id,
                format!(
                    "index {id} {} of {relation} is redundant: {} {} serves the same scans",
                    keys_in_words(index),
                    other_id.name,
                    keys_in_words(other)
                ),
                format!("drop it, unless its smaller size is what a hot query lives on: {drop}"),
            );
            finding.fix = Some(Fix { description: format!("drop the index, {other_id} serves its scans"), sql: drop });
        }
    }
}

/// True for an index that does nothing but make scans fast.
fn may_go(index: &Index) -> bool {
    let guards = index.unique || index.exclusion || index.constraint.is_some();
    !guards && !index.replica_identity && !index.clustered && index.partition_of.is_none() && is_usable(index)
}

fn narrowest_that_serves<'a>(
    candidate: IndexWithId<'_>,
    indexes: &[IndexWithId<'a>],
    referenced: &BTreeSet<&ObjectId>,
    max_extra: usize,
) -> Option<IndexWithId<'a>> {
    let (id, index) = candidate;
    indexes
        .iter()
        .copied()
        .filter(|(other_id, other)| {
            *other_id != id
                && serves_every_scan(other, index)
                && !is_duplicate(other, index)
                && columns_of(other) <= columns_of(index) + max_extra
        })
        // Of two that serve each other, one must stay.
        .filter(|other| {
            !serves_every_scan(index, other.1)
                || !may_go(other.1)
                || reasons_to_keep(*other, referenced) > reasons_to_keep(candidate, referenced)
        })
        .min_by_key(|other| (columns_of(other.1), Reverse(reasons_to_keep(*other, referenced))))
}

fn columns_of(index: &Index) -> usize {
    index.keys.len() + index.include.len()
}
