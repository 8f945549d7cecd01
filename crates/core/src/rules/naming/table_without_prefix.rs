//! Finds tables that no prefix puts into a group.

use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::naming::prefix::{self, SCHEMAS};
use crate::rules::{Check, Rule, Section};
use crate::schema::SchemaContext;

pub(super) static RULE: Rule = Rule {
    name: "table-without-prefix",
    section: Section::Naming,
    default_level: RuleLevel::Off,
    summary: "a table's name does not begin with the prefix of a domain",
    page: include_str!("table_without_prefix.md"),
    options: &[SCHEMAS],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let domains = &ctx.rulebook.domains;
    for table in prefix::prefixed_tables(ctx) {
        // A domain's main table may bear the domain's own name: `feedback` beside `feedback_tags`.
        if domains.contains_key(table.name()) || prefix::split_prefix(table.name(), domains).is_some() {
            continue;
        }
        let help = if domains.is_empty() {
            format!("rename it to `prefix_{}`, with the prefix of the domain that it belongs to", table.name())
        } else {
            format!("rename it to `prefix_{}`, with one of {}", table.name(), prefix::list_domains(domains))
        };
        findings.on(table.id, format!("table {} has no prefix", table.id), help);
    }
}
