//! Finds enum values that are used before the transaction that adds them ends.

use pgmason_model::QualifiedName;
use pgmason_sql::{AlterTableActionKind, ColumnDefinition, DataType, Name, StatementKind, TypeChange};

use crate::expression::{TokenKind, tokens};
use crate::files::FilesContext;
use crate::findings::Findings;
use crate::migrations::history::Moment;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};

pub(super) static RULE: Rule = Rule {
    name: "new-enum-value-used-in-same-transaction",
    section: Section::Migration,
    default_level: RuleLevel::Error,
    summary: "a new enum value is used in the transaction that adds it",
    page: include_str!("new_enum_value_used_in_same_transaction.md"),
    options: &[],
    check: Check::Files(check),
};

/// A value whose transaction is still open.
struct NewValue<'a> {
    value: &'a str,
    enum_type: &'a QualifiedName,
    /// Tables with a column of the type.
    users: &'a [QualifiedName],
    transaction: usize,
    line: u32,
}

fn check(ctx: &FilesContext<'_>, findings: &mut Findings<'_>) {
    let mut new_values: Vec<NewValue<'_>> = Vec::new();
    for moment in ctx.pending_moments() {
        new_values.retain(|new| new.transaction == moment.step.transaction);
        for new in &new_values {
            if let Some(offset) = use_of(ctx, moment, new) {
                findings.in_statement(
                    ctx.place(moment, offset),
                    format!("'{}' of {} is used in the transaction that adds it (line {}): PostgreSQL refuses it as unsafe", new.value, new.enum_type, new.line),
                    "leave ALTER TYPE … ADD VALUE alone in a migration, and use the value in the next one",
                );
            }
        }
        let (StatementKind::AlterType(altered), Some(before)) = (&moment.step.statement.kind, &moment.enum_type) else {
            continue;
        };
        if let TypeChange::AddValue { value, .. } = &altered.change
            && !before.made_here
        {
            let line = ctx.place(moment, 0).line;
            let transaction = moment.step.transaction;
            new_values.push(NewValue { value, enum_type: &before.name, users: &before.users, transaction, line });
        }
    }
}

/// Where the statement takes the value for one of the type. Only where the type is named, or a column is known to be of it.
fn use_of(ctx: &FilesContext<'_>, moment: &Moment<'_>, new: &NewValue<'_>) -> Option<usize> {
    // Bodies of functions are read when they run; ADD VALUE itself only names other values.
    let is_read_later = match &moment.step.statement.kind {
        StatementKind::CreateFunction(function) => function.language.as_deref() != Some("sql"),
        StatementKind::Comment(_) | StatementKind::AlterType(_) | StatementKind::Do(_) => true,
        _ => false,
    };
    if is_read_later {
        return None;
    }
    let found = tokens(moment.step.text(ctx.file_of(moment)));
    let at = found.iter().find(|token| token.kind == TokenKind::String && token.value == new.value)?.span.start;
    let type_name = new.enum_type.name.as_str();
    let names_type = found.iter().any(|token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedName) && token.value == type_name);
    (names_type || has_column_of(moment, new)).then_some(at)
}

/// A relation in the statement has a column of the type.
fn has_column_of(moment: &Moment<'_>, new: &NewValue<'_>) -> bool {
    let type_name = new.enum_type.name.as_str();
    let is_it = |data_type: Option<&DataType>| data_type.is_some_and(|data_type| data_type.base.name == type_name);
    let defines = |column: &ColumnDefinition| is_it(column.data_type.as_ref());
    let altered = match &moment.step.statement.kind {
        StatementKind::AlterTable(table) => table.actions.iter().any(|action| match &action.kind {
            AlterTableActionKind::AddColumn { column, .. } => defines(column),
            _ => false,
        }),
        StatementKind::CreateTable(table) => table.columns.iter().any(defines),
        _ => false,
    };
    let reads = moment.step.statement.reads.iter().map(|read| &read.name);
    let named = moment.touched.iter().map(|touched| &touched.written).chain(reads);
    let is_user = |name: &Name| {
        new.users.iter().any(|table| {
            table.name.as_str() == name.name && name.schema.as_deref().is_none_or(|schema| table.schema.as_str() == schema)
        })
    };
    altered || named.into_iter().any(is_user)
}
