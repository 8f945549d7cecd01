//! Runs a file that pgmason wrote itself, in one transaction.
//!
//! Its DO blocks are pgmason's own guards around single statements: they run with the rights that the statement inside
//! would get on its own.

use pgmason_core::migrations::MigrationFile;
use pgmason_pg::run::StatementError;
use pgmason_sql::StatementKind;

use super::failed::Failed;
use super::groups::copy_data;
use super::report::ReplayFailure;
use super::session::{CLEAN, ReplaySession};
use crate::JobError;

const INSUFFICIENT_PRIVILEGE: &str = "42501";

impl ReplaySession<'_> {
    /// None: it ran.
    pub(crate) fn run_own_file(&mut self, file: &MigrationFile) -> Result<Option<ReplayFailure>, JobError> {
        let outcome = self.run_own_statements(file);
        match outcome {
            Ok(()) => Ok(None),
            Err(failure) => {
                self.recover(failure.lost)?;
                Ok(Some(failure.report))
            }
        }
    }

    /// With the role's own rights, else elevated: who makes a role without being superuser administers it.
    fn run_guard(&mut self, sql: &str) -> Result<(), Box<StatementError>> {
        self.session.run("SAVEPOINT pgmason_guard")?;
        match self.session.run(sql) {
            Err(error) if error.sqlstate.as_deref() == Some(INSUFFICIENT_PRIVILEGE) => {
                self.session.run("ROLLBACK TO SAVEPOINT pgmason_guard")?;
                self.as_superuser(sql, false)?;
            }
            outcome => outcome?,
        }
        self.session.run("RELEASE SAVEPOINT pgmason_guard")
    }

    fn run_own_statements(&mut self, file: &MigrationFile) -> Result<(), Box<Failed>> {
        let whole = |error: Box<StatementError>| Failed::whole(file, *error);
        self.session.run("BEGIN").map_err(whole)?;
        for (place, statement) in file.statements.iter().enumerate() {
            if matches!(statement.statement.kind, StatementKind::Do(_)) {
                let sql = file.statement_text(statement);
                self.run_guard(sql).map_err(|error| Failed::statement(file, statement, *error))?;
            } else {
                self.run_statement(file, statement, copy_data(file, place), false, &mut Vec::new())?;
            }
        }
        self.session.run("COMMIT").map_err(whole)?;
        self.session.run(CLEAN).map_err(whole)
    }
}
