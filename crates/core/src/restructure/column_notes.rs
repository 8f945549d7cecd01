//! What a person has to know where a column changes: text that names it, and what follows from a column more or less.

use pgmason_model::catalog::TriggerState;
use pgmason_model::{Identifier, Object, ObjectId, ObjectKind, QualifiedName};

use super::context::PlanContext;
use crate::expression::{TokenKind, tokens};

/// What a change of a column's type means for statements that give it back.
pub(super) fn prepared_readers(name: &QualifiedName, column: &Identifier) -> String {
    format!(
        "statements that a client has prepared and that give {name}.{column} back fail once, with 0A000 (cached plan must not change \
         result type), when its type changes: no way of changing it spares them that; most drivers prepare them again by themselves"
    )
}

/// Functions whose text names the column, where they name its table or fire on it.
pub(super) fn functions_that_name(
    context: &PlanContext<'_>,
    table: &ObjectId,
    name: &QualifiedName,
    column: &Identifier,
) -> Vec<String> {
    let mut notes = Vec::new();
    for (id, object) in context.catalog.of_kind(ObjectKind::Function) {
        let Object::Function(function) = object else { continue };
        if context.catalog.is_platform(id) {
            continue;
        }
        let words = tokens(&function.body);
        // BEGIN ATOMIC follows columns by number (PostgreSQL 14 and newer).
        let is_parsed = function.language == *"sql" && words.first().is_some_and(|first| first.is_word("begin"));
        let has = |wanted: &Identifier| {
            words.iter().any(|word| {
                matches!(word.kind, TokenKind::Word | TokenKind::QuotedName) && word.value == wanted.as_str()
            })
        };
        let fires = context
            .catalog
            .of_relation(ObjectKind::Trigger, table)
            .any(|(_, trigger)| matches!(trigger, Object::Trigger(trigger) if trigger.function == *id));
        if !is_parsed && has(column) && (fires || has(&name.name)) {
            notes.push(format!("function {id} names {column} in its text: change it before the stage is completed"));
        }
    }
    notes
}

/// Triggers of the project that hear of what pgmason writes, or do not hear of what others write under another name than
/// `column`.
pub(super) fn triggers(context: &PlanContext<'_>, table: &ObjectId, column: Option<&Identifier>) -> Vec<String> {
    let mut notes = Vec::new();
    for (id, object) in context.catalog.of_relation(ObjectKind::Trigger, table) {
        let Object::Trigger(trigger) = object else { continue };
        let is_of_rows = trigger.for_each_row && trigger.events.contains("UPDATE");
        if is_of_rows && matches!(trigger.state, TriggerState::Always | TriggerState::Replica) {
            notes.push(format!(
                "the trigger {id} fires for every row while values are filled in: session_replication_role is replica then, \
                 which keeps only ordinary triggers from it"
            ));
        }
        if let Some(column) = column.filter(|column| trigger.columns.contains(column)) {
            notes.push(format!(
                "the trigger {id} fires on UPDATE OF {column}: a write to another column that is kept equal does not fire it"
            ));
        }
    }
    notes
}

/// Prepared statements, and whoever receives the table's changes.
pub(super) fn shape_changes(
    context: &PlanContext<'_>,
    name: &QualifiedName,
    added: Option<&Identifier>,
) -> Vec<String> {
    let mut notes = vec![format!(
        "statements that a client has prepared and that say SELECT * of {name} fail once, with 0A000 (cached plan must not change \
         result type), whenever a column comes or goes: prepare them again, or name the columns"
    )];
    for (id, object) in context.catalog.of_kind(ObjectKind::Publication) {
        let Object::Publication(publication) = object else { continue };
        let takes_all =
            publication.tables.iter().any(|published| published.table == *name && published.columns.is_none())
                || publication.all_tables
                || publication.schemas.contains(&name.schema);
        if takes_all && let Some(added) = added {
            notes.push(format!(
                "{name} is published by {}: a subscriber needs the column {added} before the stage starts, or stops",
                id.name
            ));
        }
    }
    notes
}

/// Statements in use that name the column beside its table.
pub(super) fn in_use(context: &PlanContext<'_>, name: &QualifiedName, column: &Identifier) -> Vec<String> {
    context
        .in_use
        .iter()
        .filter(|used| {
            let words = tokens(&used.text);
            let has = |wanted: &str| words.iter().any(|word| word.value == wanted);
            has(column.as_str()) && has(name.name.as_str())
        })
        .map(|used| {
            format!("in use with {column}: `{}` ({})", pgmason_model::plan::beginning(&used.text, 100), used.from)
        })
        .collect()
}
