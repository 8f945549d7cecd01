//! Finds out what became of a step that was interrupted outside of a transaction, and clears away what it left.
//!
//! A CREATE INDEX CONCURRENTLY that does not end leaves an INVALID index, which costs every write and serves no read,
//! and which `IF NOT EXISTS` takes for the index (PostgreSQL 13 to 18).

use pgmason_model::QualifiedName;
use pgmason_model::plan::{Recovery, Step};
use tokio_postgres::types::Type;

use super::Progress;
use super::session::Executor;
use crate::run::{StatementError, statement_error};

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Done,
    /// It left nothing, or what it left is cleared away: it can run again.
    Undone,
    Unknown,
}

struct FoundIndex {
    name: QualifiedName,
    valid: bool,
    builder: Option<i32>,
}

impl Executor {
    pub(super) fn fate(
        &mut self,
        step: &Step,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Fate, Box<StatementError>> {
        match &step.recovery {
            Recovery::Unknown => Ok(Fate::Unknown),
            Recovery::Repeatable => Ok(Fate::Undone),
            Recovery::IndexDrop { indexes } => {
                let rows = self
                    .pipeline
                    .query(include_str!("indexes_left.sql"), &[(indexes, Type::TEXT_ARRAY)])
                    .map_err(|error| Box::new(statement_error(&error, self.pipeline.is_closed())))?;
                let left: i64 = rows.first().map_or(0, |row| row.get(0));
                Ok(if left == 0 { Fate::Done } else { Fate::Undone })
            }
            // Without a name of its own a finished index cannot be told from others, nor an unfinished one.
            Recovery::IndexBuild { index: None, .. } => Ok(Fate::Unknown),
            Recovery::IndexBuild { table, index: Some(index) } => {
                let found = self.indexes(table, index)?;
                if found.iter().any(|index| index.valid) {
                    return Ok(Fate::Done);
                }
                self.drop_invalid(&found, report)?;
                Ok(Fate::Undone)
            }
        }
    }

    /// Whether a step that was interrupted did its work. None: nothing can tell.
    pub fn is_done(&mut self, step: &Step) -> Result<Option<bool>, Box<StatementError>> {
        Ok(match self.fate(step, &mut |_| {})? {
            Fate::Done => Some(true),
            Fate::Undone => Some(false),
            Fate::Unknown => None,
        })
    }

    /// Before a step runs for the first time: an index of its name that somebody else's failed build left.
    pub(super) fn remove_invalid_index(
        &mut self,
        step: &Step,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), Box<StatementError>> {
        let Recovery::IndexBuild { table, index: Some(index) } = &step.recovery else { return Ok(()) };
        let found = self.indexes(table, index)?;
        self.drop_invalid(&found, report)
    }

    fn indexes(&mut self, table: &str, index: &str) -> Result<Vec<FoundIndex>, Box<StatementError>> {
        let rows = self
            .pipeline
            .query(include_str!("index_state.sql"), &[(&table, Type::TEXT), (&index, Type::TEXT)])
            .map_err(|error| Box::new(statement_error(&error, self.pipeline.is_closed())))?;
        Ok(rows
            .iter()
            .map(|row| FoundIndex {
                name: QualifiedName::new(row.get::<_, String>("schema"), row.get::<_, String>("name")),
                valid: row.get("valid"),
                builder: row.get("builder"),
            })
            .collect())
    }

    fn drop_invalid(
        &mut self,
        found: &[FoundIndex],
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), Box<StatementError>> {
        for index in found.iter().filter(|index| !index.valid) {
            if let Some(pid) = index.builder {
                return Err(Box::new(StatementError {
                    message: format!("session {pid} is building index {} at this moment", index.name),
                    hint: Some("wait until it is done, and run again".to_owned()),
                    ..StatementError::default()
                }));
            }
            let settle = self.settle_alone();
            self.simple(&settle)?;
            self.simple(&format!("DROP INDEX CONCURRENTLY IF EXISTS {}", index.name))?;
            report(Progress::Repaired { index: index.name.to_string() });
        }
        Ok(())
    }
}
