//! Says what would have to exist for a failed statement to run.

use pgmason_core::migrations::MigrationFile;
use pgmason_sql::{AlterTableActionKind, Name, StatementKind, fold_identifier};

use super::report::ReplayFailure;

/// Adds the hint that follows from the SQLSTATE, and from where the missing object is created after all.
pub(crate) fn complete(mut failure: ReplayFailure, files: &[MigrationFile]) -> ReplayFailure {
    let Some(missing) = failure.sqlstate.as_deref().and_then(|code| missing_kind(code)) else { return failure };
    // The scratch server speaks English (LC_ALL=C): the object is what it quotes first, or the word after `function`.
    let name = quoted(&failure.message);
    let created = name.as_deref().and_then(|name| created_at(name, files));
    let hint = match (&name, created) {
        (Some(name), Some((file, line))) => {
            format!("{missing} `{name}` is created only in {file}:{line}, which runs later or failed")
        }
        (Some(name), None) => format!("{missing} `{name}` would have to exist; no file of the folder creates it"),
        (None, _) => format!("{missing} would have to exist before this file runs"),
    };
    failure.hint = Some(match failure.hint {
        Some(said) => format!("{hint} (the server: {said})"),
        None => hint,
    });
    failure
}

/// Class 42 and 3F: undefined objects.
fn missing_kind(sqlstate: &str) -> Option<&'static str> {
    Some(match sqlstate {
        "42P01" => "the relation",
        "42703" => "the column",
        "42883" => "the function",
        "42704" => "the object",
        "3F000" => "the schema",
        _ => return None,
    })
}

fn quoted(message: &str) -> Option<String> {
    if let Some((_, rest)) = message.split_once('"') {
        return rest.split_once('"').map(|(name, _)| name.to_owned());
    }
    let (_, rest) = message.split_once("function ")?;
    rest.split_once('(').map(|(name, _)| name.to_owned())
}

/// The first statement that creates something of the name.
fn created_at(name: &str, files: &[MigrationFile]) -> Option<(String, u32)> {
    let bare = fold_identifier(name.rsplit('.').next().unwrap_or(name));
    files.iter().find_map(|file| {
        file.statements.iter().find_map(|statement| {
            creates(&statement.statement.kind, &bare).then(|| (file.path.clone(), statement.line))
        })
    })
}

fn creates(kind: &StatementKind, name: &str) -> bool {
    let is = |created: &Name| created.name == name;
    match kind {
        StatementKind::CreateTable(table) => is(&table.name) || table.columns.iter().any(|column| column.name == name),
        StatementKind::CreateView(view) => is(&view.name),
        StatementKind::CreateFunction(function) => is(&function.name),
        StatementKind::CreateType(created) => is(&created.name),
        StatementKind::CreateSequence { name: created, .. } => is(created),
        StatementKind::CreateSchema { name: created, .. }
        | StatementKind::CreateExtension { name: created, .. }
        | StatementKind::CreateRole { name: created, .. } => created == name,
        StatementKind::AlterTable(table) => table.actions.iter().any(|action| match &action.kind {
            AlterTableActionKind::AddColumn { column, .. } => column.name == name,
            AlterTableActionKind::RenameTo { name: new } => new == name,
            AlterTableActionKind::RenameColumn { to, .. } => to == name,
            _ => false,
        }),
        _ => false,
    }
}
