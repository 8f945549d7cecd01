//! Finds indexes that are another index once more.

use std::cmp::Reverse;

use pgmason_model::Fix;

use super::index_shape::{
    IndexWithId, drop_statement, indexes_behind_foreign_keys, indexes_by_relation, is_duplicate, is_usable,
    keys_in_words, reasons_to_keep,
};
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};
use crate::schema::SchemaContext;

pub(super) static RULE: Rule = Rule {
    name: "duplicate-index",
    section: Section::Index,
    default_level: RuleLevel::Warning,
    summary: "two indexes of a table are the same in all but the name",
    page: include_str!("duplicate_index.md"),
    options: &[],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let referenced = indexes_behind_foreign_keys(ctx);
    for (relation, mut indexes) in indexes_by_relation(ctx) {
        // An interrupted build is for `invalid-index` to report: whether it can be spared is not known yet.
        indexes.retain(|(_, index)| is_usable(index));
        indexes.sort_by_cached_key(|index| Reverse(reasons_to_keep(*index, &referenced)));
        let mut kept: Vec<IndexWithId<'_>> = Vec::new();
        for (id, index) in indexes {
            let twin = kept.iter().find(|(_, other)| is_duplicate(index, other));
            let Some((twin, other)) = twin.filter(|_| index.partition_of.is_none()) else {
                kept.push((id, index));
                continue;
            };
            let what = index
                .constraint
                .as_ref()
                .map_or_else(|| format!("index {id}"), |constraint| format!("index {id} of constraint {constraint}"));
            let needed = referenced.contains(id);
            let drop = drop_statement(ctx, id, index);
            let finding = findings.on(
                id,
                format!("{what} is the same as {twin}: both hold {} of {relation}", keys_in_words(other)),
                if needed {
                    format!("recreate the foreign keys that stand on it, so that they take {twin}, then: {drop}")
                } else {
                    format!("drop it: {drop}")
                },
            );
            if !needed {
                finding.fix = Some(Fix { description: format!("drop the index, {twin} does the same"), sql: drop });
            }
        }
    }
}
