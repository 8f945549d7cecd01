//! Which policies count: whose they are, whom they apply to, and which commands those roles may run at all.

use pgmason_model::ObjectId;
use pgmason_model::catalog::{Policy, PolicyCommand};

use super::caller_check::{Lets, lets};
use super::reach::{COMMANDS, roles_that_reach};
use crate::schema::{SchemaContext, TableView};

/// Tables of the project, and those of the platform: a policy on `storage.objects` may be the project's.
pub(super) fn tables_with_policies<'a>(ctx: &SchemaContext<'a>) -> impl Iterator<Item = &'a TableView<'a>> {
    ctx.schema.tables.iter().chain(&ctx.schema.platform_tables).filter(|table| !table.policies.is_empty())
}

/// The table's policies that are the project's.
pub(super) fn own_policies<'a>(
    ctx: &SchemaContext<'a>,
    table: &'a TableView<'a>,
) -> impl Iterator<Item = (&'a ObjectId, &'a Policy)> {
    let catalog = ctx.catalog;
    table.policies.iter().copied().filter(move |(id, _)| !catalog.is_platform(id))
}

/// True when the policy is consulted for the role: PostgreSQL asks for membership with inheritance, as for grants.
pub(super) fn applies_to(ctx: &SchemaContext<'_>, policy: &Policy, role: &str) -> bool {
    policy.roles.iter().any(|name| ctx.schema.access.speaks_for(role, name.as_str()))
}

/// The commands of a permissive policy that an API role may run on the table, with those roles. Row level security
/// means nothing to a role that bypasses it.
pub(super) fn commands_in_reach<'a>(
    ctx: &SchemaContext<'a>,
    table: &TableView<'_>,
    policy: &Policy,
) -> Vec<(PolicyCommand, Vec<&'a str>)> {
    COMMANDS
        .into_iter()
        .filter(|command| policy.command.covers(*command))
        .filter_map(|command| {
            let mut roles = roles_that_reach(ctx, table.id, &[command.keyword()]);
            roles.retain(|role| applies_to(ctx, policy, role) && !bypasses(ctx, role));
            (!roles.is_empty()).then_some((command, roles))
        })
        .collect()
}

pub(super) fn bypasses(ctx: &SchemaContext<'_>, role: &str) -> bool {
    ctx.catalog.roles.get(role).is_some_and(|attributes| attributes.superuser || attributes.bypass_rls)
}

/// True when a restrictive policy picks rows for the role and command, so that a wide permissive one is harmless.
pub(super) fn narrowed(ctx: &SchemaContext<'_>, table: &TableView<'_>, command: PolicyCommand, role: &str) -> bool {
    table
        .policies
        .iter()
        .filter(|(_, policy)| !policy.permissive && policy.command.covers(command) && applies_to(ctx, policy, role))
        .any(|(_, policy)| {
            let rows = existing_rows(policy, command);
            let new_rows = new_rows(policy, command);
            [rows, new_rows].into_iter().flatten().all(|text| lets(ctx, table, text) >= Lets::SomeRows)
        })
}

/// True when the role may run the command on every row of the table anyway.
pub(super) fn open_to(ctx: &SchemaContext<'_>, table: &TableView<'_>, role: &str, command: PolicyCommand) -> bool {
    let mut policies =
        table.policies.iter().filter(|(_, policy)| policy.command.covers(command) && applies_to(ctx, policy, role));
    let open = |policy: &Policy| {
        let mut clauses = [existing_rows(policy, command), new_rows(policy, command)].into_iter().flatten().peekable();
        clauses.peek().is_some() && clauses.all(|text| lets(ctx, table, text) == Lets::Everyone)
    };
    let restricted = policies.clone().any(|(_, policy)| !policy.permissive);
    ctx.schema.access.can_use_schema(role, table.schema())
        && ctx.schema.access.has(role, command.keyword(), table.id)
        && (!table.table.row_security || (!restricted && policies.any(|(_, policy)| open(policy))))
}

/// True when the policy lets at least some row through for the command.
pub(super) fn admits_rows(policy: &Policy, command: PolicyCommand) -> bool {
    let decides =
        if command == PolicyCommand::Insert { new_rows(policy, command) } else { existing_rows(policy, command) };
    policy.permissive && policy.command.covers(command) && decides.is_some()
}

/// The expression that decides which existing rows the command sees. None: the policy says nothing about them, and a
/// permissive policy that says nothing admits no row.
pub(super) fn existing_rows(policy: &Policy, command: PolicyCommand) -> Option<&str> {
    if command == PolicyCommand::Insert { None } else { policy.using.as_deref() }
}

/// The expression that decides which rows the command may write. USING stands in for a missing WITH CHECK, but not in
/// a policy FOR INSERT, which has no USING: such a policy without WITH CHECK admits no row.
pub(super) fn new_rows(policy: &Policy, command: PolicyCommand) -> Option<&str> {
    match command {
        PolicyCommand::Insert | PolicyCommand::Update => policy.with_check.as_deref().or(policy.using.as_deref()),
        _ => None,
    }
}
