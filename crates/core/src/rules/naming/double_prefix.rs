//! Finds tables that carry their prefix twice.

use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::naming::plural::Plurals;
use crate::rules::naming::prefix::{self, Prefixed};
use crate::rules::{Check, Rule, Section};
use crate::schema::SchemaContext;

pub(super) static RULE: Rule = Rule {
    name: "double-prefix",
    section: Section::Naming,
    default_level: RuleLevel::Off,
    summary: "a table's name repeats its prefix",
    page: include_str!("double_prefix.md"),
    options: &[],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let mut plurals = Plurals::default();
    for table in ctx.root_tables() {
        let Some(prefixed) = prefix::split_prefix(table.name(), &ctx.rulebook.domains) else { continue };
        let Some(rest) = without_second_prefix(prefixed, &mut plurals) else { continue };
        let help = if rest.is_empty() {
            "rename it, with a word behind the prefix that says what its rows are".to_owned()
        } else {
            format!("rename it to `{}_{rest}`", prefixed.prefix)
        };
        findings.on(table.id, format!("table {} repeats its prefix `{}_`", table.id, prefixed.prefix), help);
    }
}

/// What is left when the prefix comes twice. In `doc_docs` the second is the name itself, so only the very same word
/// counts at the end of a name; before other words (`scripts_script_runs`) singular and plural are one.
fn without_second_prefix<'n>(prefixed: Prefixed<'n>, plurals: &mut Plurals) -> Option<&'n str> {
    let Prefixed { prefix, rest } = prefixed;
    if rest == prefix {
        return Some("");
    }
    if let Some(rest) = rest.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')) {
        return Some(rest);
    }
    let (word, rest) = rest.split_once('_')?;
    let same = plurals.singular(word) == prefix || plurals.singular(prefix) == word;
    (same && !rest.is_empty()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_repeated_prefix_is_cut_off() {
        let mut plurals = Plurals::default();
        let mut cut = |prefix, rest| without_second_prefix(Prefixed { prefix, rest }, &mut plurals);
        assert_eq!(cut("auth", "auth_tokens"), Some("tokens"));
        assert_eq!(cut("auth", "auth"), Some(""));
        assert_eq!(cut("scripts", "script_runs"), Some("runs"));
        assert_eq!(cut("user", "users_roles"), Some("roles"));
        for (prefix, rest) in
            [("doc", "docs"), ("auth", "authors"), ("learn", "learning_topics"), ("sys", "system_runs")]
        {
            assert_eq!(cut(prefix, rest), None, "{prefix}_{rest}");
        }
    }
}
