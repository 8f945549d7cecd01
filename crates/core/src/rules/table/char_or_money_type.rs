//! Finds columns of two types that PostgreSQL keeps for the SQL standard's and for history's sake.

use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::table::columns::{base_type, element_type, own_columns};
use crate::rules::{Check, Rule, Section};
use crate::schema::SchemaContext;

pub(super) static RULE: Rule = Rule {
    name: "char-or-money-type",
    section: Section::Table,
    default_level: RuleLevel::Warning,
    summary: "a column is char(n) or money",
    page: include_str!("char_or_money_type.md"),
    options: &[],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    for (_, column) in own_columns(ctx) {
        let base = base_type(ctx.catalog, &column);
        let element = element_type(&base);
        // `"char"`, with quotes, is another type: one byte, for system catalogs.
        if element == "bpchar" || element.starts_with("character(") {
            let written = element.replacen("character(", "char(", 1);
            findings.on(
                column.id,
                format!("column {} is {written}, which is padded with spaces", column.id),
                "make it text, with CHECK (char_length(…) = n) where the length matters",
            );
        } else if element == "money" {
            findings.on(
                column.id,
                format!("column {} is money, which has no currency and follows a setting", column.id),
                "make it numeric, with a column for the currency beside it",
            );
        }
    }
}
