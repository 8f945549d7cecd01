//! Finds views through which API roles read tables past their policies.

use std::collections::BTreeSet;

use pgmason_model::catalog::{PolicyCommand, View};
use pgmason_model::{Fix, Identifier, ObjectId, ObjectKind};

use super::caller_check::is_user_table;
use super::policies::open_to;
use super::reach::{ROW_PRIVILEGES, roles_that_reach};
use super::view_reads::{TableRead, bypasses_policies, may_be_written_through, relations_needed, tables_read};
use super::wording::listed;
use crate::expression::outermost_relations;
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};
use crate::schema::SchemaContext;

pub(super) static RULE: Rule = Rule {
    name: "view-bypasses-rls",
    section: Section::Access,
    default_level: RuleLevel::Error,
    summary: "a view shows API roles rows that the table's policies would hide",
    page: include_str!("view_bypasses_rls.md"),
    options: &[],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    for (id, view) in &ctx.schema.views {
        let roles = roles_that_reach(ctx, id, &ROW_PRIVILEGES);
        if roles.is_empty() {
            continue;
        }
        let reads = tables_read(ctx, id);
        let past: Vec<&TableRead<'_>> =
            reads.iter().filter(|read| reads_past_policies(ctx, id, view, read, &roles)).collect();
        let hidden: Vec<(&TableRead<'_>, Vec<&str>)> = with_roles(&past, &roles, |read, role| {
            ctx.schema.access.has_on_any_column(role, "SELECT", id)
                && !open_to(ctx, read.table, role, PolicyCommand::Select)
        });
        if !hidden.is_empty() {
            report(ctx, findings, id, &hidden, "shows rows of");
        } else if may_be_written_through(&view.definition) {
            let written = with_roles(&past, &roles, |read, role| {
                is_written(id, view, read)
                    && WRITES.iter().any(|command| {
                        ctx.schema.access.has_on_any_column(role, command.keyword(), id)
                            && !open_to(ctx, read.table, role, *command)
                    })
            });
            report(ctx, findings, id, &written, "writes to");
        }
    }
}

const WRITES: [PolicyCommand; 3] = [PolicyCommand::Insert, PolicyCommand::Update, PolicyCommand::Delete];

/// Writing goes to the one relation of the FROM clause; what subselects read stays as it is.
fn is_written(id: &ObjectId, view: &View, read: &TableRead<'_>) -> bool {
    let mut relations = outermost_relations(&view.definition).into_iter();
    let Some(relation) = relations.next() else { return false };
    let is_it = |other: &ObjectId| {
        relation.name == other.name.as_str()
            && relation.schema.as_deref() == other.schema.as_ref().map(Identifier::as_str)
    };
    // Through a view, it is that one's table.
    if read.through == id { is_it(read.table.id) } else { is_it(read.through) }
}

fn with_roles<'r, 'a>(
    reads: &[&'r TableRead<'a>],
    roles: &[&'a str],
    concerns: impl Fn(&TableRead<'a>, &str) -> bool,
) -> Vec<(&'r TableRead<'a>, Vec<&'a str>)> {
    reads
        .iter()
        .map(|read| (*read, roles.iter().copied().filter(|role| concerns(read, role)).collect::<Vec<_>>()))
        .filter(|(_, roles)| !roles.is_empty())
        .collect()
}

fn report(
    ctx: &SchemaContext<'_>,
    findings: &mut Findings<'_>,
    id: &ObjectId,
    leaks: &[(&TableRead<'_>, Vec<&str>)],
    does: &str,
) {
    let Some((first, _)) = leaks.first() else { return };
    let tables: BTreeSet<String> = leaks.iter().map(|(read, _)| read.table.id.to_string()).collect();
    let roles: BTreeSet<&str> = leaks.iter().flat_map(|(_, roles)| roles.iter().copied()).collect();
    let roles = listed(&roles.into_iter().collect::<Vec<_>>());
    let culprit = first.through;
    let through = if culprit == id { String::new() } else { format!(" through {culprit}") };
    let owner = first.owner.map(ToString::to_string).unwrap_or_default();
    let message = format!(
        "view {id} {does} {}{through} past the policies, with the rights of its owner {owner}, for {roles}",
        listed(&tables.into_iter().collect::<Vec<_>>())
    );
    if ctx.catalog.server.major() < 15 {
        // security_invoker came with 15.
        let help = format!(
            "give the view an owner for whom the policies hold (`ALTER VIEW {culprit} OWNER TO …`), or revoke it \
             from {roles}"
        );
        findings.on(id, message, help);
        return;
    }
    findings.on(id, message, "let the view read with the rights of whoever queries it: security_invoker").fix =
        Some(Fix {
            description: "read with the caller's rights and policies; the caller then needs privileges on the tables"
                .to_owned(),
            sql: format!("ALTER VIEW {culprit} SET (security_invoker = true);"),
        });
}

fn reads_past_policies(
    ctx: &SchemaContext<'_>,
    id: &ObjectId,
    view: &View,
    read: &TableRead<'_>,
    roles: &[&str],
) -> bool {
    let Some(owner) = read.owner else { return false };
    let name = read.table.id.qualified_name();
    // The table of users has a rule of its own.
    let protected = read.table.table.row_security && !name.is_some_and(|name| is_user_table(ctx, &name));
    if !protected || read.filtered || !bypasses_policies(ctx, owner, read.table) {
        return false;
    }
    if read.through == id || !view.security_invoker {
        return true;
    }
    // The caller reads the inner view with rights of its own: it needs them, and where requests reach the inner view
    // directly, that one is reported.
    let direct = relations_needed(ctx, id);
    let mut inner = direct.keys().filter(|relation| relation.kind == ObjectKind::View).filter(|inner| {
        (**inner == read.through || tables_read(ctx, inner).iter().any(|below| below.through == read.through))
            && roles.iter().any(|role| ctx.schema.access.has_on_any_column(role, "SELECT", inner))
            && roles_that_reach(ctx, inner, &ROW_PRIVILEGES).is_empty()
    });
    inner.next().is_some()
}
