//! Finds table prefixes that are too short to say anything or too long to be a prefix.

use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::naming::prefix::{self, SCHEMAS};
use crate::rules::{Check, DefaultOption, Rule, RuleOption, Section};
use crate::schema::SchemaContext;

pub(super) static RULE: Rule = Rule {
    name: "prefix-length",
    section: Section::Naming,
    default_level: RuleLevel::Off,
    summary: "a table's prefix is shorter or longer than the rulebook allows",
    page: include_str!("prefix_length.md"),
    options: &[
        RuleOption { name: "min", default: DefaultOption::Integer(3), summary: "fewest letters of a prefix" },
        RuleOption { name: "max", default: DefaultOption::Integer(7), summary: "most letters of a prefix" },
        SCHEMAS,
    ],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let (min, max) = (ctx.option_integer("min"), ctx.option_integer("max"));
    for table in prefix::prefixed_tables(ctx) {
        let Some(prefixed) = prefix::split_prefix(table.name(), &ctx.rulebook.domains) else { continue };
        let length = i64::try_from(prefixed.prefix.chars().count()).unwrap_or(i64::MAX);
        if length < min || length > max {
            findings.on(
                table.id,
                format!("the prefix `{}_` of table {} has {}", prefixed.prefix, table.id, letters(length)),
                format!("rename the table with a prefix of {min} to {max} letters"),
            );
        }
    }
}

fn letters(count: i64) -> String {
    if count == 1 { "1 letter".to_owned() } else { format!("{count} letters") }
}
