//! Finds policies that decide by claims that users write themselves.

use std::collections::BTreeSet;

use pgmason_model::catalog::Policy;

use super::caller_check::{functions_named, is_identity};
use super::policies::{commands_in_reach, own_policies, tables_with_policies};
use super::wording::policy_on_table;
use crate::expression::{TokenKind, calls, column_references, relations, tokens};
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};
use crate::schema::SchemaContext;

pub(super) static RULE: Rule = Rule {
    name: "policy-trusts-user-metadata",
    section: Section::Access,
    default_level: RuleLevel::Error,
    summary: "a policy decides by user_metadata, which users can change",
    page: include_str!("policy_trusts_user_metadata.md"),
    options: &[],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    for table in tables_with_policies(ctx) {
        for (id, policy) in own_policies(ctx, table) {
            let Some(through) = trusts(ctx, policy) else { continue };
            // A restrictive policy narrows for the same roles that a permissive one widens for.
            if commands_in_reach(ctx, table, policy).is_empty() {
                continue;
            }
            findings.on(
                id,
                format!(
                    "{} decides by user_metadata{through}, which every user can change for themselves",
                    policy_on_table(id)
                ),
                "decide by app_metadata, which only the server writes, or by a table of roles or memberships",
            );
        }
    }
}

/// How the policy comes to it: itself, or through a function that it calls.
fn trusts(ctx: &SchemaContext<'_>, policy: &Policy) -> Option<String> {
    let texts = || [&policy.using, &policy.with_check].into_iter().flatten();
    if texts().any(|text| reads_user_metadata(ctx, text)) {
        return Some(String::new());
    }
    let mut seen = BTreeSet::new();
    let mut waiting: Vec<(String, String)> = texts().flat_map(|text| called(text)).collect();
    while let Some((schema, name)) = waiting.pop() {
        if !seen.insert((schema.clone(), name.clone())) {
            continue;
        }
        for (id, function) in functions_named(ctx, &schema, &name) {
            if ctx.catalog.is_platform(id) {
                continue;
            }
            if reads_user_metadata(ctx, &function.body) {
                return Some(format!(" (in function {id})"));
            }
            waiting.extend(called(&function.body));
        }
    }
    None
}

/// Qualified names of what the text calls.
fn called(text: &str) -> Vec<(String, String)> {
    calls(text).into_iter().filter_map(|call| Some((call.schema?, call.name))).collect()
}

/// `auth.jwt() -> 'user_metadata'`, or the column of `auth.users` that it is copied from.
fn reads_user_metadata(ctx: &SchemaContext<'_>, text: &str) -> bool {
    let tokens = tokens(text);
    let claim = tokens.windows(2).any(|pair| {
        let access = ["->", "->>", "#>", "#>>"].iter().any(|operator| pair[0].is_operator(operator));
        access && pair[1].kind == TokenKind::String && first_key(&pair[1].value) == "user_metadata"
    });
    if claim && calls(text).iter().any(|call| is_identity(ctx, call)) {
        return true;
    }
    let users: Vec<String> = relations(text)
        .into_iter()
        .filter(|relation| {
            let name = format!("{}.{}", relation.schema.as_deref().unwrap_or(""), relation.name);
            ctx.rulebook.access.user_tables.contains(&name)
        })
        .map(|relation| relation.alias)
        .collect();
    !users.is_empty()
        && column_references(text).iter().any(|column| {
            column.name == "raw_user_meta_data"
                && column.qualifier.last().is_none_or(|qualifier| users.contains(qualifier))
        })
}

/// Of a path `{user_metadata,role}`, the first element.
fn first_key(path: &str) -> &str {
    match path.strip_prefix('{') {
        Some(path) => path.split([',', '}']).next().unwrap_or("").trim().trim_matches('"'),
        None => path,
    }
}
