//! Other rows for a file that refuses those made up: the values that it asks for itself.
//!
//! A file that adds CHECK (plan IN ('free', 'paid')) is not wrong because a made-up plan is `text 1`. What fails with
//! every kind of row is.

use pgmason_core::expression::{TokenKind, column_references, tokens};
use pgmason_core::migrations::MigrationFile;
use pgmason_core::migrations::steps::Step;
use pgmason_model::catalog::ConstraintKind as CatalogConstraintKind;
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind};
use pgmason_sql::{AlterTableActionKind, Constraint, ConstraintKind, Name, StatementKind, TypeKind};

use super::seed::{FutureReference, Style};
use crate::replay::ReplayFailure;

/// How the rows should look for the next try. None: no other rows would help.
pub(super) fn adapt(
    style: &Style,
    failure: &ReplayFailure,
    file: &MigrationFile,
    steps: &[&Step<'_>],
    before: &Catalog,
    tries: usize,
) -> Option<Style> {
    let mut next = style.clone();
    match failure.sqlstate.as_deref()? {
        "23514" => {
            for (table, constraint) in constraints(steps, before, ConstraintKind::Check) {
                let Some(expression) = &constraint.expression else { continue };
                let values = super::seed::values_of(&expression.text, tries);
                if values.is_empty() {
                    continue;
                }
                for column in column_references(&expression.text) {
                    next.values.insert((table.clone(), Identifier::from(column.name)), values.clone());
                }
            }
        }
        "23503" => {
            for (table, constraint) in constraints(steps, before, ConstraintKind::ForeignKey) {
                next.references.extend(future_reference(&table, constraint, steps, before));
            }
        }
        "23502" | "23505" | "23P01" => next.no_nulls = true,
        // Text that is no number, no date, no JSON.
        "22P02" | "22007" | "22008" | "22023" => {
            let message = failure.message.as_str();
            if let Some(type_name) = between(message, "invalid input value for enum ", ":") {
                let labels = labels(type_name.trim_matches('"'), steps, before);
                for (table, column) in retyped(steps, before) {
                    next.values.insert((table, column), labels.clone());
                }
            } else {
                next.text_as = Some(between(message, "for type ", ":").unwrap_or("integer").to_owned());
            }
        }
        // The file looks at the rows itself.
        "P0001" if !style.no_nulls => next.no_nulls = true,
        "P0001" => {
            let guard = file.statements.iter().rfind(|statement| statement.line <= failure.line)?;
            next.values.extend(wanted_texts(file.statement_text(guard), before));
        }
        _ => return None,
    }
    (next != *style).then_some(next)
}

/// Short constants in a statement, for the text columns of the tables that it names.
fn wanted_texts(statement: &str, before: &Catalog) -> Vec<((ObjectId, Identifier), Vec<String>)> {
    let body = match statement.split_once("$$") {
        Some((_, rest)) => rest.rsplit_once("$$").map_or(rest, |(body, _)| body),
        None => statement,
    };
    let tokens = tokens(body);
    let constants: Vec<String> = tokens
        .iter()
        .filter(|token| token.kind == TokenKind::String && token.value.len() <= 40 && !token.value.contains(' '))
        .map(|token| token.value.clone())
        .collect();
    let named = |name: &Identifier| {
        tokens
            .iter()
            .any(|token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedName) && token.value == name.as_str())
    };
    if constants.is_empty() {
        return Vec::new();
    }
    before
        .of_kind(ObjectKind::Column)
        .filter(|(id, _)| named(&id.name) && id.sub.as_ref().is_some_and(named))
        .filter(|(_, object)| matches!(object, Object::Column(column) if column.type_name.starts_with("text") || column.type_name.starts_with("character")))
        .filter_map(|(id, _)| Some(((id.relation(ObjectKind::Table), id.sub.clone()?), constants.clone())))
        .collect()
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    Some(rest.split_once(end).map_or(rest, |(inside, _)| inside).trim())
}

/// Constraints that the file adds to tables that were there before.
fn constraints<'s>(steps: &[&'s Step<'_>], before: &Catalog, kind: ConstraintKind) -> Vec<(ObjectId, &'s Constraint)> {
    let mut found = Vec::new();
    for step in steps {
        let StatementKind::AlterTable(table) = &step.statement.kind else { continue };
        let Some(id) = table_of(before, step, &table.name) else { continue };
        for action in &table.actions {
            let list: Vec<&Constraint> = match &action.kind {
                AlterTableActionKind::AddConstraint(constraint) => vec![constraint],
                AlterTableActionKind::AddColumn { column, .. } => column.constraints.iter().collect(),
                _ => Vec::new(),
            };
            let of_kind = list.into_iter().filter(|constraint| constraint.kind == kind);
            found.extend(of_kind.map(|constraint| (id.clone(), constraint)));
        }
    }
    found
}

fn future_reference(
    table: &ObjectId,
    constraint: &Constraint,
    steps: &[&Step<'_>],
    before: &Catalog,
) -> Option<FutureReference> {
    let references = constraint.references.as_ref()?;
    let step = steps.first()?;
    let parent = table_of(before, step, &references.table).unwrap_or_else(|| {
        let schema = references.table.schema.as_deref().unwrap_or("public");
        ObjectId::in_schema(ObjectKind::Table, schema, references.table.name.as_str())
    });
    let mut parent_columns: Vec<Identifier> =
        references.columns.iter().map(|column| Identifier::from(column.as_str())).collect();
    if parent_columns.is_empty() {
        parent_columns = primary_key(before, &parent)
            .unwrap_or_else(|| constraint.columns.iter().map(|column| Identifier::from(column.as_str())).collect());
    }
    let columns = constraint.columns.iter().map(|column| Identifier::from(column.as_str())).collect();
    Some(FutureReference { table: table.clone(), columns, parent, parent_columns })
}

fn primary_key(before: &Catalog, table: &ObjectId) -> Option<Vec<Identifier>> {
    before.of_relation(ObjectKind::Constraint, table).find_map(|(_, object)| match object {
        Object::Constraint(constraint) if constraint.kind == CatalogConstraintKind::PrimaryKey => {
            Some(constraint.columns.clone())
        }
        _ => None,
    })
}

/// Columns whose type the file changes.
fn retyped(steps: &[&Step<'_>], before: &Catalog) -> Vec<(ObjectId, Identifier)> {
    let mut found = Vec::new();
    for step in steps {
        let StatementKind::AlterTable(table) = &step.statement.kind else { continue };
        let Some(id) = table_of(before, step, &table.name) else { continue };
        for action in &table.actions {
            if let AlterTableActionKind::AlterColumnType { column, .. } = &action.kind {
                found.push((id.clone(), Identifier::from(column.as_str())));
            }
        }
    }
    found
}

/// The labels of an enum that the file makes, or that was there.
fn labels(type_name: &str, steps: &[&Step<'_>], before: &Catalog) -> Vec<String> {
    let bare = type_name.rsplit('.').next().unwrap_or(type_name).trim_matches('"');
    let made = steps.iter().find_map(|step| match &step.statement.kind {
        StatementKind::CreateType(created) if created.name.name == bare => match &created.kind {
            TypeKind::Enum(labels) => Some(labels.clone()),
            _ => None,
        },
        _ => None,
    });
    made.or_else(|| {
        before.of_kind(ObjectKind::EnumType).find_map(|(id, object)| match object {
            Object::EnumType(found) if id.name == bare => Some(found.labels.clone()),
            _ => None,
        })
    })
    .unwrap_or_default()
}

fn table_of(before: &Catalog, step: &Step<'_>, name: &Name) -> Option<ObjectId> {
    let there = |schema: &str| {
        let id = ObjectId::in_schema(ObjectKind::Table, schema, name.name.as_str());
        before.get(&id).is_some().then_some(id)
    };
    match &name.schema {
        Some(schema) => there(schema),
        None => step.search_path.iter().find_map(|schema| there(schema)),
    }
}
