//! Finds enum values that are used before the transaction that adds them ends.

use pgmason_model::QualifiedName;
use pgmason_sql::{DataChangeKind, Name, StatementKind, TypeChange};

use crate::expression::{Token, TokenKind, tokens};
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
    /// Tables with columns of the type.
    users: &'a [(QualifiedName, Vec<String>)],
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
                    format!(
                        "'{}' of {} is used in the transaction that adds it (line {}): PostgreSQL refuses it as unsafe",
                        new.value, new.enum_type, new.line
                    ),
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

/// Where the statement takes the value for one of the type. Only where the type is named, or a column known to be of it.
fn use_of(ctx: &FilesContext<'_>, moment: &Moment<'_>, new: &NewValue<'_>) -> Option<usize> {
    // Bodies of plpgsql functions are read when they run; ADD VALUE itself only names other values.
    let is_read_later = matches!(
        &moment.step.statement.kind,
        StatementKind::CreateFunction(_)
            | StatementKind::Comment(_)
            | StatementKind::AlterType(_)
            | StatementKind::Do(_)
    );
    if is_read_later {
        return None;
    }
    let found = tokens(moment.step.text(ctx.file_of(moment)));
    let at = found.iter().position(|token| token.kind == TokenKind::String && token.value == new.value)?;
    let names = |name: &str| {
        let is_name = |token: &Token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedName);
        found.iter().any(|token| is_name(token) && token.value == name)
    };
    let fills_all = fills_all_columns(moment, &found);
    let by_column = columns_at_hand(moment, new).any(|column| fills_all || names(column));
    (by_column || names(new.enum_type.name.as_str())).then(|| found[at].span.start)
}

/// The columns of the type in the relations that the statement is about.
fn columns_at_hand<'a>(moment: &Moment<'_>, new: &NewValue<'a>) -> impl Iterator<Item = &'a str> {
    let reads = moment.step.statement.reads.iter().map(|read| &read.name);
    let named: Vec<&Name> = moment.touched.iter().map(|touched| &touched.written).chain(reads).collect();
    let is_named = move |table: &QualifiedName| {
        let schema_fits = |name: &Name| name.schema.as_deref().is_none_or(|schema| table.schema.as_str() == schema);
        named.iter().any(|name| table.name.as_str() == name.name && schema_fits(name))
    };
    let users = new.users.iter().filter(move |(table, _)| is_named(table));
    users.flat_map(|(_, columns)| columns.iter().map(String::as_str))
}

/// INSERT without a list of columns: no parenthesis stands before VALUES or the query.
fn fills_all_columns(moment: &Moment<'_>, found: &[Token]) -> bool {
    let is_insert =
        matches!(&moment.step.statement.kind, StatementKind::Change(change) if change.kind == DataChangeKind::Insert);
    let starts_rows = |token: &&Token| token.is_word("values") || token.is_word("select") || token.is_word("with");
    is_insert && !found.iter().take_while(|token| !starts_rows(token)).any(|token| token.kind == TokenKind::Open)
}
