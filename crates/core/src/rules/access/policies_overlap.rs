//! Finds commands for which several permissive policies apply to one role: each row is held against all of them.

use std::collections::{BTreeMap, BTreeSet};

use super::policies::{applies_to, bypasses, own_policies, tables_with_policies};
use super::reach::COMMANDS;
use super::wording::{listed, policy_name};
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};
use crate::schema::{SchemaContext, TableView};

pub(super) static RULE: Rule = Rule {
    name: "policies-overlap",
    section: Section::Access,
    default_level: RuleLevel::Info,
    summary: "several permissive policies cover one command for one role",
    page: include_str!("policies_overlap.md"),
    options: &[],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    for table in tables_with_policies(ctx).filter(|table| own_policies(ctx, table).next().is_some()) {
        // Policies → the commands and roles that all of them cover.
        let mut overlaps: BTreeMap<Vec<usize>, (Vec<&str>, BTreeSet<&str>)> = BTreeMap::new();
        for role in roles(ctx, table) {
            for command in COMMANDS {
                let may_run =
                    role == "public" || ctx.schema.access.has_on_any_column(role, command.keyword(), table.id);
                let policies: Vec<usize> = table
                    .policies
                    .iter()
                    .enumerate()
                    .filter(|(_, (_, policy))| {
                        policy.permissive && policy.command.covers(command) && applies_to(ctx, policy, role)
                    })
                    .map(|(place, _)| place)
                    .collect();
                if may_run && policies.len() > 1 {
                    let (commands, roles) = overlaps.entry(policies).or_default();
                    if !commands.contains(&command.keyword()) {
                        commands.push(command.keyword());
                    }
                    roles.insert(role);
                }
            }
        }
        for (policies, (commands, roles)) in overlaps {
            let names: Vec<String> =
                policies.iter().filter_map(|place| table.policies.get(*place)).map(|(id, _)| policy_name(id)).collect();
            let whose = if roles.contains("public") {
                "every role".to_owned()
            } else {
                listed(&roles.into_iter().collect::<Vec<_>>())
            };
            findings.on(
                table.id,
                format!(
                    "{} policies of {} apply to {} by {whose}: {}",
                    names.len(),
                    table.id,
                    listed(&commands),
                    listed(&names)
                ),
                "join their conditions with OR in one policy for each command and role, or drop those that another \
                 one already covers",
            );
        }
    }
}

/// Roles from outside, and those that policies name. Where there are none, every policy is for PUBLIC, which stands
/// for everybody.
fn roles<'a>(ctx: &SchemaContext<'a>, table: &TableView<'a>) -> BTreeSet<&'a str> {
    let named = table.policies.iter().flat_map(|(_, policy)| &policy.roles).map(|role| role.as_str());
    let api = ctx.rulebook.access.api_roles.iter().map(String::as_str);
    let roles: BTreeSet<&str> = named.chain(api).filter(|role| *role != "public" && !bypasses(ctx, role)).collect();
    if roles.is_empty() { BTreeSet::from(["public"]) } else { roles }
}
