//! What an interruption means for a statement: what the session loses, and how to see whether the statement did its work.

use pgmason_model::plan::{Recovery, SessionEffect};
use pgmason_model::{Identifier, QualifiedName};
use pgmason_sql::{Name, ObjectKind, StatementKind};

use super::FileStatement;

pub(super) fn session_effect(statement: &FileStatement) -> SessionEffect {
    match &statement.statement.kind {
        StatementKind::Set(set) if !set.local => SessionEffect::Setting,
        StatementKind::Reset { .. } => SessionEffect::Setting,
        StatementKind::CreateTable(table) if table.temporary => SessionEffect::Object,
        StatementKind::Prepare { .. } | StatementKind::PreparedOrCursor => SessionEffect::Object,
        // set_config(…, false) is a SET; others harm nobody when they run again.
        StatementKind::Select(_) if statement.statement.calls.iter().any(|call| call.name.name == "set_config") => {
            SessionEffect::Setting
        }
        _ => SessionEffect::Nothing,
    }
}

pub(super) fn recovery(statement: &FileStatement) -> Recovery {
    match &statement.statement.kind {
        StatementKind::CreateIndex(index) if index.concurrently => {
            Recovery::IndexBuild { table: written(&index.table), index: index.name.clone() }
        }
        StatementKind::Drop(dropped) if dropped.object == ObjectKind::Index && dropped.concurrently => {
            Recovery::IndexDrop { indexes: dropped.names.iter().map(|name| written(&name.name)).collect() }
        }
        StatementKind::Vacuum { .. }
        | StatementKind::Analyze { .. }
        | StatementKind::Reindex(_)
        | StatementKind::Cluster { .. }
        | StatementKind::Repack { .. }
        | StatementKind::AlterSystem
        | StatementKind::Checkpoint
        | StatementKind::Reset { .. } => Recovery::Repeatable,
        _ => Recovery::Unknown,
    }
}

/// A name as SQL.
fn written(name: &Name) -> String {
    match &name.schema {
        Some(schema) => QualifiedName::new(schema.as_str(), name.name.as_str()).to_string(),
        None => Identifier::new(name.name.as_str()).to_string(),
    }
}
