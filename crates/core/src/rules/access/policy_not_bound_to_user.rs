//! Finds policies on tables of users' rows that never compare the row with the caller.

use pgmason_model::catalog::{Policy, PolicyCommand};

use super::caller_check::{Lets, lets, user_columns};
use super::policies::{commands_in_reach, existing_rows, narrowed, new_rows, own_policies, tables_with_policies};
use super::wording::{listed, policy_on_table};
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};
use crate::schema::{SchemaContext, TableView};

pub(super) static RULE: Rule = Rule {
    name: "policy-not-bound-to-user",
    section: Section::Access,
    default_level: RuleLevel::Warning,
    summary: "a policy on a table of users' rows does not compare the row with the caller",
    page: include_str!("policy_not_bound_to_user.md"),
    options: &[],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    for table in tables_with_policies(ctx).filter(|table| table.table.row_security) {
        let Some(owner) = user_columns(ctx, table).next() else { continue };
        let platform = ctx.catalog.is_platform(table.id);
        for (id, policy) in own_policies(ctx, table).filter(|(_, policy)| policy.permissive) {
            let mut commands: Vec<&str> = Vec::new();
            for (command, mut roles) in commands_in_reach(ctx, table, policy) {
                roles.retain(|role| !narrowed(ctx, table, command, role));
                if !roles.is_empty() && is_unbound(ctx, table, policy, command, platform) {
                    commands.push(command.keyword());
                }
            }
            if !commands.is_empty() {
                findings.on(
                    id,
                    format!(
                        "{} does not compare the row with the caller, so {} can concern rows of any user",
                        policy_on_table(id),
                        listed(&commands)
                    ),
                    format!("compare the row's owner with the caller, such as `{owner} = (SELECT auth.uid())`"),
                );
            }
        }
    }
}

fn is_unbound(
    ctx: &SchemaContext<'_>,
    table: &TableView<'_>,
    policy: &Policy,
    command: PolicyCommand,
    platform: bool,
) -> bool {
    let judge = |text: Option<&str>| text.map(|text| lets(ctx, table, text));
    let rows = judge(existing_rows(policy, command));
    let new = judge(new_rows(policy, command));
    let wide = |lets: Option<Lets>, widest: Lets| lets.is_some_and(|lets| lets > Lets::Everyone && lets <= widest);
    match command {
        // The same rows for every caller: published ones, say.
        PolicyCommand::Select | PolicyCommand::All => wide(rows, Lets::AnyCaller),
        PolicyCommand::Delete => wide(rows, Lets::SomeRows),
        // The platform's services fill in the owner of what they insert.
        PolicyCommand::Insert => wide(new, if platform { Lets::AnyCaller } else { Lets::SomeRows }),
        // Rows that belong to nobody yet may be taken; rows may not be handed to others.
        PolicyCommand::Update => {
            wide(rows, Lets::AnyCaller)
                || (wide(rows, Lets::SomeRows) && new.is_none_or(|new| new <= Lets::SomeRows))
                || (rows.is_some_and(|rows| rows > Lets::SomeRows) && wide(new, Lets::SomeRows))
        }
    }
}
