//! Finds files that change the schema and the rows in one go.

use pgmason_model::QualifiedName;
use pgmason_sql::{ObjectKind, Statement, StatementKind};

use crate::files::FilesContext;
use crate::findings::Findings;
use crate::migrations::history::{Moment, Standing, Touched};
use crate::rulebook::RuleLevel;
use crate::rules::{Check, DefaultOption, Rule, RuleOption, Section};

pub(super) static RULE: Rule = Rule {
    name: "schema-and-data-mixed",
    section: Section::Migration,
    default_level: RuleLevel::Warning,
    summary: "one file changes both the schema and rows",
    page: include_str!("schema_and_data_mixed.md"),
    options: &[
        RuleOption {
            name: "rows-of-new-tables",
            default: DefaultOption::Boolean(false),
            summary: "count rows of tables that the same file creates as well",
        },
        RuleOption {
            name: "settings",
            default: DefaultOption::List(&["cron.*", "realtime.*", "storage.*", "vault.*"]),
            summary: "tables (`schema.table` or `schema.*`) whose rows belong to the schema rather than to the data",
        },
    ],
    check: Check::Files(check),
};

fn check(ctx: &FilesContext<'_>, findings: &mut Findings<'_>) {
    let new_tables_too = ctx.boolean_option("rows-of-new-tables");
    let settings = ctx.list_option("settings");
    let counts = |touched: &Touched| match touched.standing {
        Standing::Temporary => false,
        Standing::ThisFile => new_tables_too,
        _ => !settings.iter().any(|pattern| matches(pattern, &touched.name)),
    };
    for (index, file) in ctx.folder.files.iter().enumerate() {
        let moments = || ctx.folder.history.of_file(index).map(|(_, moment)| moment);
        let Some(schema) = moments().find(|moment| changes_schema(&moment.step.statement)) else { continue };
        let mut changes = moments()
            .filter_map(|moment| Some((moment, changed_table(moment)?)))
            .filter(|(_, touched)| counts(touched))
            .map(|(moment, touched)| (moment, &touched.name));
        let Some((first, table)) = changes.next() else { continue };
        let more = changes.count();
        let others = if more > 0 { format!(" (and {more} more)") } else { String::new() };
        let place = ctx.place(first, 0);
        let schema_line = ctx.place(schema, 0).line;
        let finding = findings.in_file(
            &file.path,
            format!("the file changes rows of {table}{others} and the schema (line {schema_line})"),
            "put the rows into a migration of their own, so that no lock is held while they change and each can be rolled back alone",
        );
        finding.line = Some(place.line);
        finding.column = Some(place.column);
    }
}

/// Tables, columns, types and indexes; functions, policies and grants change nothing that rows depend on.
fn changes_schema(statement: &Statement) -> bool {
    match &statement.kind {
        StatementKind::CreateTable(table) => !table.temporary,
        StatementKind::AlterTable(_)
        | StatementKind::CreateIndex(_)
        | StatementKind::CreateType(_)
        | StatementKind::AlterType(_) => true,
        StatementKind::Drop(dropped) => {
            matches!(dropped.object, ObjectKind::Table | ObjectKind::Index | ObjectKind::Type | ObjectKind::Domain)
        }
        _ => false,
    }
}

/// The table whose rows the statement changes.
fn changed_table<'m>(moment: &'m Moment<'_>) -> Option<&'m Touched> {
    let written = match &moment.step.statement.kind {
        StatementKind::Change(change) => &change.table,
        StatementKind::Copy(copy) if copy.from => &copy.table.as_ref()?.name,
        StatementKind::Truncate { tables, .. } => &tables.first()?.name,
        _ => return None,
    };
    moment.touched(written)
}

/// `schema.table`, or `schema.*`.
fn matches(pattern: &str, table: &QualifiedName) -> bool {
    pattern
        .split_once('.')
        .is_some_and(|(schema, name)| schema == table.schema.as_str() && (name == "*" || name == table.name.as_str()))
}
