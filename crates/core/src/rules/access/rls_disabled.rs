//! Finds tables that requests reach and that row level security does not protect.

use pgmason_model::Fix;

use super::reach::{ROW_PRIVILEGES, roles_that_reach};
use super::wording::listed;
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};
use crate::schema::{SchemaContext, TableView};

pub(super) static RULE: Rule = Rule {
    name: "rls-disabled",
    section: Section::Access,
    default_level: RuleLevel::Error,
    summary: "a table that API roles reach has row level security off",
    page: include_str!("rls_disabled.md"),
    options: &[],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    for table in ctx.tables() {
        if table.table.row_security || said_of_parent(ctx, table) {
            continue;
        }
        let held: Vec<&str> = ROW_PRIVILEGES
            .into_iter()
            .filter(|privilege| !roles_that_reach(ctx, table.id, &[privilege]).is_empty())
            .collect();
        if held.is_empty() {
            continue;
        }
        let roles = listed(&roles_that_reach(ctx, table.id, &ROW_PRIVILEGES));
        if table.is_foreign() {
            findings.on(
                table.id,
                format!(
                    "foreign table {} cannot have row level security and is open to {roles} ({})",
                    table.id,
                    held.join(", ")
                ),
                "move it to a schema that the API does not serve, or revoke the privileges and offer a function \
                 or view instead",
            );
            continue;
        }
        findings
            .on(
                table.id,
                format!("table {} has row level security off and is open to {roles} ({})", table.id, held.join(", ")),
                "enable row level security and write a policy for each command that the application needs",
            )
            .fix = Some(Fix {
            description: "enable row level security; without policies nobody but the owner sees a row".to_owned(),
            sql: format!("ALTER TABLE {} ENABLE ROW LEVEL SECURITY;", table.id),
        });
    }
}

/// A partition whose parent has row level security is the concern of `partition-bypasses-rls`; one whose parent is
/// reported says nothing new.
fn said_of_parent(ctx: &SchemaContext<'_>, table: &TableView<'_>) -> bool {
    let Some(parent) = table.table.partition_of.as_ref().and_then(|part| ctx.schema.table(&part.parent)) else {
        return false;
    };
    parent.table.row_security
        || !roles_that_reach(ctx, parent.id, &ROW_PRIVILEGES).is_empty()
        || said_of_parent(ctx, parent)
}
