//! Finds partitions that API roles reach directly, past the row level security of their parent.

use pgmason_model::{Fix, QualifiedName};

use super::reach::{ROW_PRIVILEGES, grantees, roles_that_reach};
use super::wording::listed;
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};
use crate::schema::{SchemaContext, TableView};

pub(super) static RULE: Rule = Rule {
    name: "partition-bypasses-rls",
    section: Section::Access,
    default_level: RuleLevel::Error,
    summary: "a partition is reached directly and has row level security off, while its parent has it on",
    page: include_str!("partition_bypasses_rls.md"),
    options: &[],
    check: Check::Schema(check),
};

fn check(ctx: &SchemaContext<'_>, findings: &mut Findings<'_>) {
    for table in ctx.tables().filter(|table| table.is_partition() && !table.table.row_security) {
        let roles = roles_that_reach(ctx, table.id, &ROW_PRIVILEGES);
        let Some(parent) = protected_ancestor(ctx, table).filter(|_| !roles.is_empty()) else { continue };
        let revoke = format!("REVOKE ALL ON TABLE {} FROM {};", table.id, revoked_from(ctx, table, &roles));
        let sql = if table.is_foreign() {
            revoke
        } else {
            format!("ALTER TABLE {} ENABLE ROW LEVEL SECURITY;\n{revoke}", table.id)
        };
        findings
            .on(
                table.id,
                format!(
                    "partition {} has row level security off and is open to {} directly, past the policies of {}",
                    table.id,
                    listed(&roles),
                    parent.id
                ),
                "enable row level security on the partition and revoke it from the API roles: queries through \
                 the parent need neither",
            )
            .fix = Some(Fix { description: "close the way past the parent".to_owned(), sql });
    }
}

fn revoked_from(ctx: &SchemaContext<'_>, table: &TableView<'_>, roles: &[&str]) -> String {
    let mut names: Vec<String> = Vec::new();
    for privilege in ROW_PRIVILEGES {
        for name in grantees(ctx, privilege, table.id, roles) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    // Only columns are granted: revoking the table's privileges takes them too.
    if names.is_empty() { roles.join(", ") } else { names.join(", ") }
}

fn protected_ancestor<'a>(ctx: &SchemaContext<'a>, table: &TableView<'_>) -> Option<&'a TableView<'a>> {
    let mut name: Option<&QualifiedName> = table.table.partition_of.as_ref().map(|part| &part.parent);
    while let Some(parent) = name.and_then(|name| ctx.schema.table(name)) {
        if parent.table.row_security {
            return Some(parent);
        }
        name = parent.table.partition_of.as_ref().map(|part| &part.parent);
    }
    None
}
