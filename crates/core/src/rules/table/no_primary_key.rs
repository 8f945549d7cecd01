//! Finds tables whose rows nothing identifies.

use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};
use crate::schema::SchemaContext;

pub(super) static RULE: Rule = Rule {
    name: "no-primary-key",
    section: Section::Table,
    default_level: RuleLevel::Warning,
    summary: "a table has no primary key",
    page: include_str!("no_primary_key.md"),
    options: &[],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    for table in ctx.root_tables() {
        if !table.is_foreign() && table.primary_key().is_none() {
            findings.on(
                table.id,
                format!("table {} has no primary key", table.id),
                "add one: `id uuid PRIMARY KEY DEFAULT gen_random_uuid()`, or a key over the columns that identify a row",
            );
        }
    }
}
