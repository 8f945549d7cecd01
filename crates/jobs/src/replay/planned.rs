//! Runs the statements of a difference in the transactions that it was cut into.
//!
//! What PostgreSQL keeps for superusers runs elevated, as a migration's does on hosted platforms.

use std::collections::BTreeSet;

use pgmason_core::migrations::MigrationFile;
use pgmason_model::ObjectKind;
use pgmason_model::difference::{ActionKind, ChangeStatement};
use pgmason_model::plan::beginning;

use super::failed::Failed;
use super::report::ReplayFailure;
use super::session::ReplaySession;
use crate::JobError;

/// The statement at which it ended.
pub(crate) struct PlannedFailure {
    /// Its place, from 0. None: the end of the transaction.
    pub(crate) place: Option<usize>,
    pub(crate) failure: ReplayFailure,
}

/// Of an owner, or of a member of a role.
const INSUFFICIENT_PRIVILEGE: &str = "42501";

impl ReplaySession<'_> {
    /// Runs all of it, with bodies of functions unchecked: they may mention what comes later.
    pub(crate) fn run_planned(
        &mut self,
        statements: &[ChangeStatement],
        notes: &mut Vec<String>,
    ) -> Result<Result<(), PlannedFailure>, JobError> {
        self.session
            .run("SET check_function_bodies = off")
            .map_err(|error| JobError::Database(error.message.clone()))?;
        let mut start = 0;
        while let Some(first) = statements.get(start) {
            let count = statements[start..].iter().take_while(|next| next.transaction == first.transaction).count();
            let group = &statements[start..start + count];
            let mut elevated = BTreeSet::new();
            if self.database.secret().is_some() {
                elevated.extend((0..group.len()).filter(|place| is_about_access(&group[*place])));
            }
            while let Err(failed) = self.run_transaction(group, &elevated, notes) {
                let (place, failed) = *failed;
                self.recover(failed.lost)?;
                self.session
                    .run("SET check_function_bodies = off")
                    .map_err(|error| JobError::Database(error.message.clone()))?;
                let denied = failed.report.sqlstate.as_deref() == Some(INSUFFICIENT_PRIVILEGE);
                match place {
                    // Once more from the transaction's beginning, with this one elevated.
                    Some(place) if denied && self.database.secret().is_some() && elevated.insert(place) => {
                        let sql = group.get(place).map(|statement| beginning(&statement.sql, 60)).unwrap_or_default();
                        notes.push(format!(
                            "`{sql}` needs more rights than the scratch's role has: {}",
                            failed.report.message
                        ));
                    }
                    _ => {
                        let place = place.map(|place| start + place);
                        return Ok(Err(PlannedFailure { place, failure: failed.report }));
                    }
                }
            }
            start += count;
        }
        Ok(Ok(()))
    }

    fn run_transaction(
        &mut self,
        group: &[ChangeStatement],
        elevated: &BTreeSet<usize>,
        notes: &mut Vec<String>,
    ) -> Result<(), Box<(Option<usize>, Failed)>> {
        let alone = group.iter().any(|statement| statement.alone);
        let bound = |error: Box<pgmason_pg::run::StatementError>| {
            Box::new((None, *Failed::whole(&MigrationFile::read_plain(String::new(), String::new()), *error)))
        };
        if !alone {
            self.session.run("BEGIN").map_err(bound)?;
        }
        let mut is_elevated = false;
        for (place, statement) in group.iter().enumerate() {
            let wanted = elevated.contains(&place);
            if wanted != is_elevated {
                self.elevate(if wanted { "on" } else { "off" }, "off").map_err(bound)?;
                is_elevated = wanted;
            }
            let file = MigrationFile::read_plain("plan".to_owned(), statement.sql.clone());
            let at = |failed: Box<Failed>| Box::new((Some(place), *failed));
            match file.statements.as_slice() {
                [only] if wanted => {
                    self.session.run(&statement.sql).map_err(|error| at(Failed::statement(&file, only, *error)))?;
                }
                [only] => self.run_statement(&file, only, None, false, notes).map_err(at)?,
                // Not for the parser to say what PostgreSQL takes.
                _ => self.session.run(&statement.sql).map_err(|error| at(Failed::whole(&file, *error)))?,
            }
        }
        if is_elevated {
            self.elevate("off", "off").map_err(bound)?;
        }
        if !alone {
            self.session.run("COMMIT").map_err(bound)?;
        }
        Ok(())
    }
}

/// It needs the rights of an owner who may be anybody. GRANT of somebody who is not the owner but may read the table
/// would not even fail: it warns, and grants nothing (PostgreSQL 13 to 18).
fn is_about_access(statement: &ChangeStatement) -> bool {
    statement.object.kind == ObjectKind::Grant
        || statement.action == ActionKind::Alter && statement.sql.contains(" OWNER TO ")
}
