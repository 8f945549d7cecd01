//! Finds tables that requests may read or write by their grants, but that have no policy at all.

use super::reach::{ROW_PRIVILEGES, roles_that_reach};
use super::wording::listed;
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};
use crate::schema::SchemaContext;

pub(super) static RULE: Rule = Rule {
    name: "rls-without-policy",
    section: Section::Access,
    default_level: RuleLevel::Info,
    summary: "row level security is on and no policy lets anybody in",
    page: include_str!("rls_without_policy.md"),
    options: &[],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    for table in ctx.root_tables().filter(|table| table.table.row_security && table.policies.is_empty()) {
        let roles = roles_that_reach(ctx, table.id, &ROW_PRIVILEGES);
        if !roles.is_empty() {
            findings.on(
                table.id,
                format!(
                    "table {} has row level security on and no policy, so the privileges of {} give no row",
                    table.id,
                    listed(&roles)
                ),
                "write the policies, or, when only the server is meant to use the table, revoke the \
                 privileges so that this is said aloud",
            );
        }
    }
}
