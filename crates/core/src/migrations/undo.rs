//! Finds the part of a project that takes a migration back: a down file, or a down section of the same file.

use std::borrow::Cow;

use pgmason_model::plan::Undo;
use pgmason_sql::{AlterTableActionKind, DataChangeKind, ObjectKind, StatementKind, TypeChange};

use super::{Direction, FileStatement, Layout, MigrationFile};

/// The down part of an up file. None where there is none, or nothing but comments.
pub fn down_part<'a>(layout: Layout, files: &'a [MigrationFile], up: &MigrationFile) -> Option<Cow<'a, MigrationFile>> {
    let found = match up.down_section(layout) {
        Some(section) => Cow::Owned(section),
        None => Cow::Borrowed(down_file(files, up)?),
    };
    (!found.statements.is_empty()).then_some(found)
}

/// The down file of the same version; of several, the one of the same name.
fn down_file<'a>(files: &'a [MigrationFile], up: &MigrationFile) -> Option<&'a MigrationFile> {
    let mut same_version =
        files.iter().filter(|file| file.direction == Direction::Down && file.version == up.version).peekable();
    up.version.as_ref()?;
    let first = *same_version.peek()?;
    let mut all = same_version;
    let exact = all.find(|file| file.description == up.description);
    // A version that two up files share says nothing about which of them the down file is for.
    let shared =
        files.iter().filter(|file| file.direction == Direction::Up && file.version == up.version).nth(1).is_some();
    exact.or((!shared).then_some(first))
}

/// What the down part runs, as one text.
pub fn undo_text(layout: Layout, files: &[MigrationFile], up: &MigrationFile) -> Option<String> {
    let down = down_part(layout, files, up)?;
    let text = down.text.get(down.runs.clone())?.trim();
    Some(text.to_owned())
}

/// Whether a statement can be taken back, as far as its text tells.
pub(super) fn undo_of(statement: &FileStatement) -> Undo {
    let impossible = |reason: &str| Undo::Impossible(reason.to_owned());
    match &statement.statement.kind {
        StatementKind::Set(_)
        | StatementKind::Reset { .. }
        | StatementKind::Show { .. }
        | StatementKind::Analyze { .. }
        | StatementKind::Vacuum { .. }
        | StatementKind::Checkpoint
        | StatementKind::LockTable { .. }
        | StatementKind::Notify
        | StatementKind::Transaction(_)
        | StatementKind::Empty => Undo::Nothing,
        StatementKind::Drop(dropped) => match dropped.object {
            ObjectKind::Table | ObjectKind::Schema | ObjectKind::Owned | ObjectKind::Database => {
                impossible("rows that are dropped do not come back")
            }
            ObjectKind::Sequence => impossible("where the sequence stood is not kept"),
            _ => Undo::Derivable,
        },
        StatementKind::Truncate { .. } => impossible("rows that are dropped do not come back"),
        StatementKind::Change(change) => impossible(match change.kind {
            DataChangeKind::Insert => "which rows are new is not kept",
            DataChangeKind::Delete => "rows that are deleted do not come back",
            DataChangeKind::Update | DataChangeKind::Merge => "what the rows held before is not kept",
        }),
        StatementKind::Copy(copy) if copy.from => impossible("which rows are new is not kept"),
        StatementKind::AlterType(altered) if matches!(altered.change, TypeChange::AddValue { .. }) => {
            impossible("PostgreSQL cannot take a value out of an enum")
        }
        StatementKind::AlterTable(table) => {
            let dropped =
                table.actions.iter().any(|action| matches!(action.kind, AlterTableActionKind::DropColumn { .. }));
            if dropped { impossible("what a dropped column held does not come back") } else { Undo::Derivable }
        }
        // What they run, only a run can tell.
        StatementKind::Do(_)
        | StatementKind::Call { .. }
        | StatementKind::Select(_)
        | StatementKind::PreparedOrCursor
        | StatementKind::Other { .. }
        | StatementKind::Unparsed { .. }
        | StatementKind::AlterSystem => Undo::Unknown,
        _ => Undo::Derivable,
    }
}
