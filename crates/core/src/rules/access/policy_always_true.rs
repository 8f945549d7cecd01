//! Finds policies that let API roles write whatever rows they like.

use pgmason_model::Level;
use pgmason_model::catalog::{Policy, PolicyCommand};

use super::caller_check::{Lets, lets};
use super::policies::{
    applies_to, commands_in_reach, existing_rows, narrowed, new_rows, own_policies, tables_with_policies,
};
use super::severity::weigh;
use super::wording::{listed, policy_on_table};
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, DefaultOption, Rule, RuleOption, Section};
use crate::schema::{SchemaContext, TableView};

pub(super) static RULE: Rule = Rule {
    name: "policy-always-true",
    section: Section::Access,
    default_level: RuleLevel::Error,
    summary: "a policy lets API roles write any row",
    page: include_str!("policy_always_true.md"),
    options: &[RuleOption {
        name: "select",
        default: DefaultOption::Boolean(false),
        summary: "report policies that let everybody read every row too",
    }],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let with_select = ctx.option_boolean("select");
    for table in tables_with_policies(ctx).filter(|table| table.table.row_security) {
        for (id, policy) in own_policies(ctx, table).filter(|(_, policy)| policy.permissive) {
            let mut open: Vec<(PolicyCommand, &str)> = Vec::new();
            let mut who: Vec<&str> = Vec::new();
            for (command, mut roles) in commands_in_reach(ctx, table, policy) {
                if command == PolicyCommand::Select && !with_select {
                    continue;
                }
                roles.retain(|role| !narrowed(ctx, table, command, role));
                let what = what_is_open(ctx, table, policy, command, &roles);
                if let (Some(what), false) = (what, roles.is_empty()) {
                    open.push((command, what));
                    who.extend(roles.iter().filter(|role| !who.contains(role)).copied().collect::<Vec<_>>());
                }
            }
            if open.is_empty() {
                continue;
            }
            let finding = findings.on(
                id,
                format!(
                    "{} restricts nothing: {} may {}",
                    policy_on_table(id),
                    listed(&who),
                    listed(&open.iter().map(|(_, what)| *what).collect::<Vec<_>>())
                ),
                "compare a column of the row with the caller, such as `user_id = (SELECT auth.uid())`, or, when only the \
                 server is meant, drop the policy: a role that bypasses row level security needs none",
            );
            // Strangers' rows that are added do less harm than one's own that are changed or deleted.
            if open.iter().all(|(command, _)| matches!(command, PolicyCommand::Insert | PolicyCommand::Select)) {
                weigh(ctx, finding, Level::Warning);
            }
        }
    }
}

fn what_is_open(
    ctx: &SchemaContext<'_>,
    table: &TableView<'_>,
    policy: &Policy,
    command: PolicyCommand,
    roles: &[&str],
) -> Option<&'static str> {
    let open = |text: Option<&str>| text.is_some_and(|text| lets(ctx, table, text) == Lets::Everyone);
    let (rows, new) = (open(existing_rows(policy, command)), open(new_rows(policy, command)));
    match command {
        PolicyCommand::Select | PolicyCommand::All => rows.then_some("SELECT every row"),
        PolicyCommand::Delete => rows.then_some("DELETE every row"),
        PolicyCommand::Insert => new.then_some("INSERT any row"),
        PolicyCommand::Update if rows && new => Some("UPDATE every row"),
        PolicyCommand::Update if rows => None,
        // WITH CHECK alone admits no row to change, but another policy may: what they admit is OR-ed clause by clause.
        PolicyCommand::Update => {
            let can_update = table.policies.iter().any(|(_, other)| {
                other.permissive
                    && other.command.covers(command)
                    && other.using.is_some()
                    && roles.iter().any(|role| applies_to(ctx, other, role))
            });
            (new && can_update).then_some("UPDATE rows to any value, the owner included")
        }
    }
}
