//! Finds tables whose prefix is none of the project's domains.

use std::collections::BTreeMap;

use crate::findings::Findings;
use crate::rulebook::{Domain, RuleLevel};
use crate::rules::naming::prefix::{self, SCHEMAS};
use crate::rules::{Check, Rule, Section};
use crate::schema::SchemaContext;

pub(super) static RULE: Rule = Rule {
    name: "unknown-prefix",
    section: Section::Naming,
    default_level: RuleLevel::Off,
    summary: "a table's prefix is none of the domains that the configuration lists",
    page: include_str!("unknown_prefix.md"),
    options: &[SCHEMAS],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let domains = &ctx.rulebook.domains;
    // Without a list no prefix is wrong.
    if domains.is_empty() {
        return;
    }
    for table in prefix::prefixed_tables(ctx) {
        let Some(prefixed) = prefix::split_prefix(table.name(), domains) else { continue };
        if domains.contains_key(prefixed.prefix) {
            continue;
        }
        let help = match nearest_domain(prefixed.prefix, domains) {
            Some(domain) => format!("rename it to `{domain}_{}`", prefixed.rest),
            None => format!(
                "rename the table with one of {}, or add `[domains.{}]` to pgmason.toml",
                prefix::list_domains(domains),
                prefixed.prefix
            ),
        };
        findings.on(table.id, format!("table {} has the unknown prefix `{}_`", table.id, prefixed.prefix), help);
    }
}

/// The domain that was probably meant: `scripts` for `script`, `learn` for `laern`.
fn nearest_domain<'d>(prefix: &str, domains: &'d BTreeMap<String, Domain>) -> Option<&'d str> {
    domains
        .keys()
        .filter(|domain| domain.len() >= 3 && prefix.len() >= 3)
        .map(|domain| (strsim::osa_distance(prefix, domain), domain.as_str()))
        .filter(|(distance, _)| *distance == 1)
        .min()
        .map(|(_, domain)| domain)
}
