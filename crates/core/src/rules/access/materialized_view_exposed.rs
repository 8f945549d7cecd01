//! Finds materialized views that API roles read: a stored copy knows no row level security.

use std::collections::BTreeSet;

use pgmason_model::catalog::PolicyCommand;
use pgmason_model::{Fix, ObjectId, ObjectKind};

use super::policies::open_to;
use super::reach::{grantees, roles_that_reach};
use super::view_reads::{relations_needed, tables_read};
use super::wording::listed;
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};
use crate::schema::SchemaContext;

pub(super) static RULE: Rule = Rule {
    name: "materialized-view-exposed",
    section: Section::Access,
    default_level: RuleLevel::Warning,
    summary: "API roles read a materialized view, which cannot have row level security",
    page: include_str!("materialized_view_exposed.md"),
    options: &[],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    for (id, _) in &ctx.schema.materialized_views {
        let reads = tables_read(ctx, id);
        let copies = reads_a_copy(ctx, id);
        let mut roles = roles_that_reach(ctx, id, &["SELECT"]);
        roles.retain(|role| copies || reads.iter().any(|read| !open_to(ctx, read.table, role, PolicyCommand::Select)));
        if roles.is_empty() {
            continue;
        }
        let protected: BTreeSet<String> =
            reads.iter().filter(|read| read.table.table.row_security).map(|read| read.table.id.to_string()).collect();
        let what = if protected.is_empty() {
            "every row of it".to_owned()
        } else {
            format!(
                "what it copied from {}, whose policies do not follow",
                listed(&protected.into_iter().collect::<Vec<_>>())
            )
        };
        let finding = findings.on(
            id,
            format!("materialized view {id} cannot have row level security and shows {} {what}", listed(&roles)),
            "revoke it from the API roles, and offer a view or function over it that picks the caller's rows",
        );
        let sql = format!("REVOKE ALL ON TABLE {id} FROM {};", grantees(ctx, "SELECT", id, &roles).join(", "));
        finding.fix = Some(Fix { description: format!("take it away from {}", listed(&roles)), sql });
    }
}

/// Another materialized view beneath it holds rows too.
fn reads_a_copy(ctx: &SchemaContext<'_>, id: &ObjectId) -> bool {
    relations_needed(ctx, id).keys().any(|relation| relation.kind == ObjectKind::MaterializedView)
}
