//! Finds views that show API roles the table of users.

use pgmason_model::catalog::PolicyCommand;
use pgmason_model::{Fix, Object, ObjectId};

use super::caller_check::is_user_table;
use super::policies::applies_to;
use super::reach::{grantees, roles_that_reach};
use super::view_reads::{TableRead, bypasses_policies, tables_read};
use super::wording::listed;
use crate::expression::{TokenKind, tokens};
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};
use crate::schema::SchemaContext;

pub(super) static RULE: Rule = Rule {
    name: "auth-users-exposed",
    section: Section::Access,
    default_level: RuleLevel::Error,
    summary: "a view shows API roles the table of users",
    page: include_str!("auth_users_exposed.md"),
    options: &[],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    let views = ctx.schema.views.iter().map(|(id, _)| *id);
    let stored = ctx.schema.materialized_views.iter().map(|(id, _)| *id);
    for id in views.chain(stored) {
        let roles = roles_that_reach(ctx, id, &["SELECT"]);
        if roles.is_empty() {
            continue;
        }
        let reads = tables_read(ctx, id);
        let Some(read) = reads.iter().find(|read| shows_users(ctx, read, &roles)) else { continue };
        let through = if read.through == id { String::new() } else { format!(" through {}", read.through) };
        findings
            .on(
                id,
                format!("{} {id} shows {} rows of {}{through}", id.kind.label(), listed(&roles), read.table.id),
                "keep what the application shows of users in a table of its own with row level security, such as \
                 public.profiles, and revoke the view",
            )
            .fix = Some(fix(ctx, id, &roles));
    }
}

fn fix(ctx: &SchemaContext<'_>, id: &ObjectId, roles: &[&str]) -> Fix {
    let mut from = grantees(ctx, "SELECT", id, roles);
    if from.is_empty() {
        from = roles.iter().map(|role| (*role).to_owned()).collect();
    }
    Fix {
        description: format!("take the view away from {}", listed(roles)),
        sql: format!("REVOKE ALL ON TABLE {id} FROM {};", from.join(", ")),
    }
}

fn shows_users(ctx: &SchemaContext<'_>, read: &TableRead<'_>, roles: &[&str]) -> bool {
    let is_users = read.table.id.qualified_name().is_some_and(|name| is_user_table(ctx, &name));
    if !is_users || read.filtered || only_the_key(ctx, read) {
        return false;
    }
    let readable = |role: &str| {
        !read.table.table.row_security
            || read
                .table
                .policies
                .iter()
                .any(|(_, policy)| policy.command.covers(PolicyCommand::Select) && applies_to(ctx, policy, role))
    };
    match read.owner {
        Some(owner) => bypasses_policies(ctx, owner, read.table) || readable(owner.as_str()),
        // The caller reads: that takes a privilege and a policy.
        None => roles
            .iter()
            .any(|role| ctx.schema.access.has_on_any_column(role, "SELECT", read.table.id) && readable(role)),
    }
}

/// The id alone tells nothing that a foreign key to it does not; neither does how many there are.
fn only_the_key(ctx: &SchemaContext<'_>, read: &TableRead<'_>) -> bool {
    if read.columns.is_empty() {
        return !takes_whole_rows(definition(ctx, read.through));
    }
    let key = read.table.primary_key().map_or(&[] as &[_], |key| key.columns.as_slice());
    read.columns.iter().all(|column| key.iter().any(|name| name.as_str() == *column))
}

fn definition<'a>(ctx: &SchemaContext<'a>, view: &ObjectId) -> &'a str {
    match ctx.catalog.get(view) {
        Some(Object::View(view)) => &view.definition,
        Some(Object::MaterializedView(view)) => &view.definition,
        _ => "",
    }
}

/// `u.*` as a value; in a select list PostgreSQL writes the columns out.
fn takes_whole_rows(definition: &str) -> bool {
    tokens(definition).windows(2).any(|pair| pair[0].kind == TokenKind::Dot && pair[1].is_operator("*"))
}
