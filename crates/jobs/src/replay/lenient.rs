//! Runs files statement by statement, past every failure: what is left of a folder that does not replay.
//!
//! Nothing that it builds is the folder's schema. It serves to say what of a schema can be looked at all the same.

use std::time::Duration;

use pgmason_core::migrations::{Direction, MigrationFile};
use pgmason_scratch::ScratchDatabase;
use pgmason_sql::StatementKind;

use super::groups::copy_data;
use super::session::{CLEAN, ReplaySession};
use crate::JobError;
use crate::folder::SqlFiles;
use crate::progress::{Event, Reporter};
use crate::project::Project;

/// What became of the statements.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LenientReport {
    pub(crate) statements: usize,
    /// `file:line: message` of each that failed.
    pub(crate) failures: Vec<String>,
}

pub(crate) fn replay_statements(
    project: &Project,
    files: &SqlFiles,
    database: &ScratchDatabase,
    limit: Duration,
    reporter: Reporter<'_>,
) -> Result<LenientReport, JobError> {
    let mut session = ReplaySession::open(project, database, limit)?;
    let mut report = LenientReport::default();
    let up: Vec<&MigrationFile> = files.files.iter().filter(|file| file.direction == Direction::Up).collect();
    for (done, file) in up.iter().enumerate() {
        reporter(Event::Replaying { done, total: up.len(), file: file.path.clone() });
        for (place, statement) in file.statements.iter().enumerate() {
            // Each statement stands for itself: a transaction would end with its first failure.
            if matches!(statement.statement.kind, StatementKind::Transaction(_)) {
                continue;
            }
            report.statements += 1;
            let outcome = session.run_statement(file, statement, copy_data(file, place), false, &mut Vec::new());
            if let Err(failure) = outcome {
                let told = &failure.report;
                report.failures.push(format!("{}:{}: {}", told.file, told.line, told.message));
                session.recover(failure.lost)?;
            }
        }
        drop(session.session.run(CLEAN));
    }
    Ok(report)
}
