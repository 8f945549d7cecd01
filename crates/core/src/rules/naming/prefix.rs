//! Where a table's prefix ends: at the first underscore, or where a declared domain says.

use std::collections::BTreeMap;

use crate::rulebook::Domain;
use crate::rules::naming::history_table::is_history;
use crate::rules::{DefaultOption, RuleOption};
use crate::schema::{SchemaContext, TableView};

/// Which schemas' tables are grouped by prefix; a schema of its own is a grouping already.
pub(super) const SCHEMAS: RuleOption = RuleOption {
    name: "schemas",
    default: DefaultOption::List(&["public"]),
    summary: "schemas whose tables carry a prefix; an empty list means every schema",
};

/// A name taken apart: `prefix_rest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Prefixed<'n> {
    pub(super) prefix: &'n str,
    pub(super) rest: &'n str,
}

/// None for a name without a prefix. Domains go first, so that a prefix of two words can be declared.
pub(super) fn split_prefix<'n>(name: &'n str, domains: &BTreeMap<String, Domain>) -> Option<Prefixed<'n>> {
    let declared = domains
        .keys()
        .filter_map(|domain| {
            let rest = name.strip_prefix(domain.as_str())?.strip_prefix('_')?;
            (!domain.is_empty() && !rest.is_empty()).then(|| Prefixed { prefix: &name[..domain.len()], rest })
        })
        .max_by_key(|prefixed| prefixed.prefix.len());
    declared.or_else(|| {
        let name = name.trim_start_matches('_');
        let (prefix, rest) = name.split_once('_')?;
        (!prefix.is_empty() && !rest.is_empty()).then_some(Prefixed { prefix, rest })
    })
}

/// The tables that the rules about prefixes look at.
pub(super) fn prefixed_tables<'a>(ctx: &SchemaContext<'a>) -> Vec<&'a TableView<'a>> {
    let schemas = ctx.option_list(SCHEMAS.name);
    ctx.root_tables()
        .filter(|table| covers_schema(&schemas, table.schema()))
        .filter(|table| !is_history(table))
        .collect()
}

pub(super) fn covers_schema(schemas: &[String], schema: &str) -> bool {
    schemas.is_empty() || schemas.iter().any(|name| name == schema)
}

/// The domains as a person would list them: `auth_`, `doc_`, `learn_`.
pub(super) fn list_domains(domains: &BTreeMap<String, Domain>) -> String {
    domains.keys().map(|domain| format!("`{domain}_`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domains(names: &[&str]) -> BTreeMap<String, Domain> {
        names.iter().map(|name| ((*name).to_owned(), Domain::default())).collect()
    }

    #[test]
    fn a_prefix_ends_at_the_first_underscore() {
        let none = BTreeMap::new();
        assert_eq!(split_prefix("auth_user_tokens", &none), Some(Prefixed { prefix: "auth", rest: "user_tokens" }));
        assert_eq!(split_prefix("_auth_tokens", &none), Some(Prefixed { prefix: "auth", rest: "tokens" }));
        for name in ["users", "_users", "users_", "_", ""] {
            assert_eq!(split_prefix(name, &none), None, "{name}");
        }
    }

    #[test]
    fn the_longest_declared_domain_wins() {
        let domains = domains(&["user", "user_mgmt", ""]);
        let prefixed = split_prefix("user_mgmt_roles", &domains);
        assert_eq!(prefixed, Some(Prefixed { prefix: "user_mgmt", rest: "roles" }));
        assert_eq!(split_prefix("user_mgmt", &domains), Some(Prefixed { prefix: "user", rest: "mgmt" }));
    }
}
