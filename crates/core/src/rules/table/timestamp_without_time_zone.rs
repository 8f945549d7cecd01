//! Finds timestamps that do not say which moment they mean.

use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::naming::words::words;
use crate::rules::table::columns::{base_type, element_type, own_columns};
use crate::rules::{Check, DefaultOption, Rule, RuleOption, Section};
use crate::schema::SchemaContext;

pub(super) static RULE: Rule = Rule {
    name: "timestamp-without-time-zone",
    section: Section::Table,
    default_level: RuleLevel::Warning,
    summary: "a column is timestamp without time zone",
    page: include_str!("timestamp_without_time_zone.md"),
    options: &[RuleOption {
        name: "local_words",
        default: DefaultOption::List(&["local", "wall", "floating"]),
        summary: "words of names of columns that hold local time on purpose",
    }],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let local_words = ctx.option_list("local_words");
    for (_, column) in own_columns(ctx) {
        let base = base_type(ctx.catalog, &column);
        let element = element_type(&base);
        if !(element.starts_with("timestamp") && element.ends_with("without time zone")) {
            continue;
        }
        if words(column.name.as_str()).iter().any(|word| local_words.contains(word)) {
            continue;
        }
        findings.on(
            column.id,
            format!("column {} is timestamp without time zone", column.id),
            "make it timestamptz; when the values are UTC: `ALTER COLUMN … TYPE timestamptz USING … AT TIME ZONE 'UTC'`",
        );
    }
}
