//! Finds views that stand in for a table and let everyone see past its policies.

use pgmason_model::{FindingObject, Fix, ObjectId, ObjectKind, QualifiedName};
use pgmason_sql::StatementKind;

use crate::files::FilesContext;
use crate::findings::Findings;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};

pub(super) static RULE: Rule = Rule {
    name: "view-replaces-table-name-without-security-invoker",
    section: Section::Migration,
    default_level: RuleLevel::Error,
    summary: "a view takes a table's old name without its row level security",
    page: include_str!("view_replaces_table_name_without_security_invoker.md"),
    options: &[],
    check: Check::Files(check),
};

fn check(ctx: &FilesContext<'_>, findings: &mut Findings<'_>) {
    for moment in ctx.moments() {
        let StatementKind::CreateView(view) = &moment.step.statement.kind else { continue };
        let Some(table) = moment.takes_name_of.and_then(|life| ctx.folder.history.tables.get(life)) else { continue };
        // A table whose files never switched it on has no policies to see past; of one made elsewhere nothing is known.
        let protected = table.row_security || !table.created;
        if view.security_invoker() || moment.superseded || !protected {
            continue;
        }
        let schema =
            view.name.schema.as_deref().or(moment.step.search_path.first().map(String::as_str)).unwrap_or("public");
        let name = QualifiedName::new(schema, view.name.name.as_str());
        if view.materialized {
            let message = format!(
                "materialized view {name} takes the name of a table with row level security: it shows all rows to whoever may read it"
            );
            let help =
                format!("REVOKE ALL ON {name} from the API's roles, or make it a view WITH (security_invoker = true)");
            let finding = findings.in_statement(ctx.place(moment, view.name_span.start), message, help);
            finding.object =
                Some(FindingObject::from(&ObjectId::in_schema(ObjectKind::MaterializedView, name.schema, name.name)));
            continue;
        }
        let finding = findings.in_statement(
            ctx.place(moment, view.name_span.start),
            format!("view {name} takes the name of a table with row level security, but reads as its owner: policies no longer hold for who uses the old name"),
            format!("create it WITH (security_invoker = true), or ALTER VIEW {name} SET (security_invoker = true)"),
        );
        finding.fix = Some(Fix {
            description: "let the view read with the rights of who asks (PostgreSQL 15)".to_owned(),
            sql: format!("ALTER VIEW {name} SET (security_invoker = true);"),
        });
        finding.object = Some(FindingObject::from(&ObjectId::in_schema(ObjectKind::View, name.schema, name.name)));
    }
}
