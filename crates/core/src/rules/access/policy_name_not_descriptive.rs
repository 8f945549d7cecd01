//! Finds policies whose name does not say who may do what.

use pgmason_model::{Identifier, ObjectId};

use super::policies::{own_policies, tables_with_policies};
use super::wording::policy_on_table;
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, DefaultOption, Rule, RuleOption, Section};
use crate::schema::SchemaContext;

pub(super) static RULE: Rule = Rule {
    name: "policy-name-not-descriptive",
    section: Section::Access,
    default_level: RuleLevel::Off,
    summary: "a policy's name does not say who may do what",
    page: include_str!("policy_name_not_descriptive.md"),
    options: &[RuleOption {
        name: "words",
        default: DefaultOption::Integer(2),
        summary: "the least number of words in a name",
    }],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let least = usize::try_from(ctx.option_integer("words")).unwrap_or(0);
    for table in tables_with_policies(ctx) {
        for (id, _) in own_policies(ctx, table) {
            let Some(fault) = fault(id.sub.as_ref().map_or("", Identifier::as_str), id, least) else { continue };
            findings.on(
                id,
                format!("the name of {} {fault}", policy_on_table(id)),
                "name who may do what, such as \"Users can view own documents\": ALTER POLICY … RENAME TO …",
            );
        }
    }
}

/// Words that any policy could have in its name.
const GENERIC: [&str; 31] = [
    "a",
    "access",
    "all",
    "allow",
    "any",
    "create",
    "default",
    "delete",
    "deny",
    "enable",
    "for",
    "insert",
    "main",
    "my",
    "new",
    "on",
    "operations",
    "permit",
    "policies",
    "policy",
    "read",
    "rls",
    "row",
    "rule",
    "security",
    "select",
    "table",
    "temp",
    "test",
    "update",
    "write",
];

fn fault(name: &str, policy: &ObjectId, least: usize) -> Option<&'static str> {
    let words = words(name);
    if words.len() < least {
        return Some("is too short to say who may do what");
    }
    let of_table = self::words(policy.name.as_str());
    let says_something = |word: &String| {
        !(GENERIC.contains(&word.as_str()) || of_table.contains(word) || word.chars().all(|c| c.is_ascii_digit()))
    };
    (!words.iter().any(says_something)).then_some("only repeats the table and the command")
}

/// In lower case; a hump begins a word too.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let hump = c.is_uppercase() && before.is_lowercase();
        let digits = c.is_ascii_digit() && before.is_alphabetic();
        if !c.is_alphanumeric() || hump || digits {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use pgmason_model::ObjectKind;

    use super::*;

    #[test]
    fn tells_names_apart() {
        let id = |name: &str| ObjectId::sub_object(ObjectKind::Policy, "public", "user_documents", name);
        for name in
            ["p", "policy1", "test policy 2", "select", "user_documents_select", "allowAll", "Enable read access"]
        {
            assert!(fault(name, &id(name), 2).is_some(), "{name}");
        }
        for name in
            ["Users can view own data", "own rows", "documents_owner_select", "tenantIsolation", "Managers only"]
        {
            assert!(fault(name, &id(name), 2).is_none(), "{name}");
        }
    }
}
