//! Finds columns that keep JSON as the text it came in.

use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::table::columns::{base_type, element_type, own_columns};
use crate::rules::{Check, Rule, Section};
use crate::schema::SchemaContext;

pub(super) static RULE: Rule = Rule {
    name: "json-not-jsonb",
    section: Section::Table,
    default_level: RuleLevel::Warning,
    summary: "a column is json rather than jsonb",
    page: include_str!("json_not_jsonb.md"),
    options: &[],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    for (_, column) in own_columns(ctx) {
        if element_type(&base_type(ctx.catalog, &column)) == "json" {
            findings.on(
                column.id,
                format!("column {} is json", column.id),
                "make it jsonb: `ALTER COLUMN … TYPE jsonb USING …::jsonb`",
            );
        }
    }
}
