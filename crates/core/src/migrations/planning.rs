//! Makes the plan of a file: its statements in transactions, what each of them asks of the database, how it is undone.

use pgmason_model::plan::{PlannedFile, Step, TransactionGroup};
use pgmason_sql::split::PieceKind;

use super::groups::{CannotRun, groups};
use super::recovery::{recovery, session_effect};
use super::undo::undo_text;
use super::{FileStatement, Layout, MigrationFile, fingerprint};

/// The plan of one up file of the folder, as far as its text says.
pub fn plan_file(layout: Layout, files: &[MigrationFile], file: &MigrationFile) -> Result<PlannedFile, CannotRun> {
    Ok(PlannedFile { undo: undo_text(layout, files, file), ..plan_text(file)? })
}

/// The plan of a file that stands for itself: a down part, say.
pub fn plan_text(file: &MigrationFile) -> Result<PlannedFile, CannotRun> {
    let groups = groups(file)?
        .into_iter()
        .map(|group| TransactionGroup {
            kind: group.kind,
            steps: group.statements.iter().map(|place| step(file, *place)).collect(),
        })
        .collect();
    Ok(PlannedFile {
        path: file.path.clone(),
        version: file.version.clone().unwrap_or_default(),
        name: file.description.clone(),
        sha256: file.sha256.clone(),
        statements_sha256: fingerprint::statements_sha256(file),
        groups,
        ..PlannedFile::default()
    })
}

fn step(file: &MigrationFile, place: usize) -> Step {
    let statement = &file.statements[place];
    Step {
        number: u32::try_from(place + 1).unwrap_or(u32::MAX),
        line: statement.line,
        sql: file.statement_text(statement).to_owned(),
        copy_data: copy_data(file, place),
        session: session_effect(statement),
        recovery: recovery(statement),
        ..Step::default()
    }
}

/// The COPY data between this statement and the next.
fn copy_data(file: &MigrationFile, place: usize) -> Option<String> {
    let after = |statement: Option<&FileStatement>| statement.map_or(usize::MAX, |statement| statement.span.start);
    let span = file.statements[place].span.end..after(file.statements.get(place + 1));
    let data =
        file.other_pieces.iter().find(|piece| piece.kind == PieceKind::CopyData && span.contains(&piece.span.start))?;
    file.text.get(data.span.clone()).map(str::to_owned)
}
