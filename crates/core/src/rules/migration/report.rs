//! Puts a finding at its place in a statement, and names the table that it is about.

use pgmason_model::{Finding, FindingObject, ObjectId, ObjectKind, QualifiedName};
use pgmason_sql::{AlterTable, AlterTableAction, StatementKind};

use crate::files::FilesContext;
use crate::findings::Findings;
use crate::migrations::history::{ActionBefore, Moment, Touched};

/// At a byte offset of the statement, about the table.
pub(super) fn about_table<'f>(
    ctx: &FilesContext<'_>,
    findings: &'f mut Findings<'_>,
    moment: &Moment<'_>,
    offset: usize,
    table: &QualifiedName,
    texts: (String, String),
) -> &'f mut Finding {
    let finding = findings.in_statement(ctx.place(moment, offset), texts.0, texts.1);
    let id = ObjectId::in_schema(ObjectKind::Table, table.schema.clone(), table.name.clone());
    finding.object = Some(FindingObject::from(&id));
    finding
}

/// ALTER TABLE of a table from before the file: the table, and each action with what it meets.
pub(super) fn actions_on_old_table<'m>(
    moment: &'m Moment<'_>,
) -> impl Iterator<Item = (&'m Touched, &'m AlterTableAction, &'m ActionBefore)> {
    let altered = match &moment.step.statement.kind {
        StatementKind::AlterTable(table) => old_table_of(moment, table),
        _ => None,
    };
    altered.into_iter().flat_map(move |(touched, table)| {
        table.actions.iter().zip(&moment.actions).map(move |(action, before)| (touched, action, before))
    })
}

fn old_table_of<'m>(moment: &'m Moment<'_>, table: &'m AlterTable) -> Option<(&'m Touched, &'m AlterTable)> {
    moment.old_table(&table.name).map(|touched| (touched, table))
}
