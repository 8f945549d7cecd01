//! Runs a file in the transactions that the executor of `migration apply` cuts it into.

use pgmason_core::migrations::groups::{Group, groups};
use pgmason_core::migrations::{FileStatement, MigrationFile};
use pgmason_model::plan::GroupKind;
use pgmason_sql::split::PieceKind;

use super::failed::Failed;
use super::report::ReplayFailure;
use super::session::{CLEAN, FileOutcome, ReplaySession};
use crate::JobError;

impl ReplaySession<'_> {
    /// Runs a file group by group. When one fails, it is undone, and those before it stay.
    pub(crate) fn run_groups(
        &mut self,
        file: &MigrationFile,
        notes: &mut Vec<String>,
    ) -> Result<FileOutcome, JobError> {
        let groups = match groups(file) {
            Ok(groups) => groups,
            Err(refused) => {
                return Ok(FileOutcome::Failed(Box::new(ReplayFailure {
                    file: file.path.clone(),
                    line: refused.line(),
                    message: refused.to_string(),
                    hint: Some(refused.hint()),
                    ..ReplayFailure::default()
                })));
            }
        };
        for group in &groups {
            if let Err(failure) = self.run_group(file, group, notes) {
                self.recover(failure.lost)?;
                return Ok(FileOutcome::Failed(Box::new(failure.report)));
            }
        }
        if let Err(error) = self.session.run(CLEAN) {
            let failure = Failed::whole(file, *error);
            self.recover(failure.lost)?;
            return Ok(FileOutcome::Failed(Box::new(failure.report)));
        }
        Ok(FileOutcome::Applied)
    }

    fn run_group(&mut self, file: &MigrationFile, group: &Group, notes: &mut Vec<String>) -> Result<(), Box<Failed>> {
        let bound = |error: Box<pgmason_pg::run::StatementError>| Failed::whole(file, *error);
        if group.kind != GroupKind::Alone {
            self.session.run("BEGIN").map_err(bound)?;
        }
        for place in &group.statements {
            let Some(statement) = file.statements.get(*place) else { continue };
            self.run_statement(file, statement, copy_data(file, *place), false, notes)?;
        }
        match group.kind {
            GroupKind::Transaction => self.session.run("COMMIT").map_err(bound),
            GroupKind::RolledBack => self.session.run("ROLLBACK").map_err(bound),
            GroupKind::Alone => Ok(()),
        }
    }
}

/// The COPY data between this statement and the next.
pub(super) fn copy_data(file: &MigrationFile, place: usize) -> Option<&str> {
    let start = file.statements.get(place)?.span.end;
    let end = file.statements.get(place + 1).map_or(usize::MAX, |next: &FileStatement| next.span.start);
    let data = file
        .other_pieces
        .iter()
        .find(|piece| piece.kind == PieceKind::CopyData && (start..end).contains(&piece.span.start))?;
    file.text.get(data.span.clone())
}
