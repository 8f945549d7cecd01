//! Finds policies that nothing enforces.

use pgmason_model::Fix;

use super::policies::{own_policies, tables_with_policies};
use super::wording::{listed, policy_name};
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};
use crate::schema::SchemaContext;

pub(super) static RULE: Rule = Rule {
    name: "policy-without-rls",
    section: Section::Access,
    default_level: RuleLevel::Error,
    summary: "a table has policies, but row level security is off",
    page: include_str!("policy_without_rls.md"),
    options: &[],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    for table in tables_with_policies(ctx).filter(|table| !table.table.row_security) {
        let names: Vec<String> = own_policies(ctx, table).map(|(id, _)| policy_name(id)).collect();
        if names.is_empty() {
            continue;
        }
        let does = if names.len() == 1 { "policy {} does" } else { "policies {} do" };
        findings
            .on(
                table.id,
                format!(
                    "row level security is off on {}, so its {} nothing",
                    table.id,
                    does.replace("{}", &listed(&names))
                ),
                "enable row level security on the table",
            )
            .fix = Some(Fix {
            description: "enable row level security, so that the policies hold".to_owned(),
            sql: format!("ALTER TABLE {} ENABLE ROW LEVEL SECURITY;", table.id),
        });
    }
}
