//! Finds tables that API roles may TRUNCATE: no policy is asked.

use pgmason_model::{Fix, Identifier};

use super::reach::{api_roles, grantees};
use super::wording::listed;
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};
use crate::schema::{SchemaContext, TableView};

pub(super) static RULE: Rule = Rule {
    name: "truncate-granted-to-api-role",
    section: Section::Access,
    default_level: RuleLevel::Warning,
    summary: "an API role may TRUNCATE a table, which row level security does not stop",
    page: include_str!("truncate_granted_to_api_role.md"),
    options: &[],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    for table in ctx.tables() {
        let roles = holders(ctx, table);
        if roles.is_empty() || said_of_parent(ctx, table) {
            continue;
        }
        let from = grantees(ctx, "TRUNCATE", table.id, &roles).join(", ");
        findings
            .on(
                table.id,
                format!("{} may TRUNCATE {}, and row level security does not stop it", listed(&roles), table.id),
                "revoke the privilege, and take it out of the default privileges, so that new tables do \
                 not get it again",
            )
            .fix = Some(Fix {
            description: format!("take TRUNCATE away from {}", listed(&roles)),
            sql: format!("REVOKE TRUNCATE ON TABLE {} FROM {from};", table.id),
        });
    }
}

/// The schema need not be served: whoever may use it can come by a function.
fn holders<'a>(ctx: &SchemaContext<'a>, table: &TableView<'_>) -> Vec<&'a str> {
    let schema = table.id.schema.as_ref().map_or("", Identifier::as_str);
    api_roles(ctx)
        .filter(|role| ctx.schema.access.can_use_schema(role, schema))
        .filter(|role| ctx.schema.access.has(role, "TRUNCATE", table.id))
        .collect()
}

/// A partition repeats what its parent says.
fn said_of_parent(ctx: &SchemaContext<'_>, table: &TableView<'_>) -> bool {
    let parent = table.table.partition_of.as_ref().and_then(|part| ctx.schema.table(&part.parent));
    parent.is_some_and(|parent| !holders(ctx, parent).is_empty() || said_of_parent(ctx, parent))
}
