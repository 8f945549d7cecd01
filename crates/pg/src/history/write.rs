//! Writes the history: what was applied, and the bookkeeping of a run that its own transaction carries.

use tokio_postgres::types::{ToSql, Type};

use super::read::role;
use super::{History, HistoryError, Keeper};
use crate::Pipeline;
use crate::pipeline::{Message, Parameter};
use crate::run::StatementError;

/// A migration to be entered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    pub version: String,
    pub name: String,
    /// With their comments, without semicolons.
    pub statements: Vec<String>,
    pub sha256: String,
    pub statements_sha256: String,
    pub undo: Option<String>,
}

/// Makes the tables that are missing. To be called under the migration lock.
pub fn create(pipeline: &mut Pipeline, history: &History, keeper: Keeper) -> Result<(), HistoryError> {
    let role = || history.facts.role.clone();
    if !history.has_runs {
        run(pipeline, include_str!("create.sql"), "pgmason.migration_runs", role())?;
    }
    if keeper == Keeper::Supabase {
        run(pipeline, include_str!("create_supabase.sql"), keeper.table(), role())?;
        if history.to_be_moved > 0 {
            let script = concat!(include_str!("move_to_supabase.sql"), "; DELETE FROM pgmason.migrations");
            run(pipeline, script, keeper.table(), role())?;
        }
    }
    pipeline.take_notices();
    Ok(())
}

fn run(pipeline: &mut Pipeline, sql: &str, table: &'static str, role: String) -> Result<(), HistoryError> {
    let script = format!("BEGIN READ WRITE; {sql}; COMMIT");
    pipeline.run(Message::Simple(&script)).map_err(|error| {
        drop(pipeline.run(Message::Simple("ROLLBACK")));
        if error.sqlstate.as_deref() == Some("42501") {
            return HistoryError::NoPrivilege { role, action: "create", table };
        }
        HistoryError::Refused { action: "create", message: error.message }
    })
}

/// Enters migrations without running them, all of them or none.
pub fn enter(pipeline: &mut Pipeline, keeper: Keeper, entries: &[Entry]) -> Result<(), HistoryError> {
    let sql = match keeper {
        Keeper::Supabase => include_str!("enter_supabase_again.sql"),
        Keeper::Pgmason => include_str!("enter_own_again.sql"),
    };
    transaction(pipeline, |pipeline| {
        for entry in entries {
            pipeline.run(Message::Bound(sql, &entry.parameters()))?;
            pipeline.run(Message::Bound(RECORD_RUN, &entry.recorded("marked").parameters()))?;
        }
        Ok(())
    })
}

/// Takes migrations out of the history without running anything, all of them or none.
pub fn remove(pipeline: &mut Pipeline, keeper: Keeper, entries: &[Entry]) -> Result<(), HistoryError> {
    transaction(pipeline, |pipeline| {
        for entry in entries {
            pipeline.run(Message::Bound(remove_sql(keeper), &[(&entry.version, Type::TEXT)]))?;
            pipeline.run(Message::Bound(RECORD_RUN, &entry.recorded("reverted").parameters()))?;
        }
        Ok(())
    })
}

/// Records checksums and undo of migrations that another tool applied; the truth stays as it is.
pub fn mark(pipeline: &mut Pipeline, entries: &[Entry]) -> Result<(), HistoryError> {
    transaction(pipeline, |pipeline| {
        entries
            .iter()
            .try_for_each(|entry| pipeline.run(Message::Bound(RECORD_RUN, &entry.recorded("marked").parameters())))
    })
}

/// Gives migrations new versions and names: `(old version, new version, new name)`.
pub fn rename(
    pipeline: &mut Pipeline,
    keeper: Keeper,
    has_runs: bool,
    renames: &[(String, String, String)],
) -> Result<(), HistoryError> {
    let (old, new): (Vec<&str>, Vec<&str>) = renames.iter().map(|(old, new, _)| (old.as_str(), new.as_str())).unzip();
    let names: Vec<&str> = renames.iter().map(|(_, _, name)| name.as_str()).collect();
    let all: [Parameter<'_>; 3] = [(&old, Type::TEXT_ARRAY), (&new, Type::TEXT_ARRAY), (&names, Type::TEXT_ARRAY)];
    let (set_aside, give) = match keeper {
        Keeper::Supabase => (include_str!("set_aside_supabase.sql"), include_str!("rename_supabase.sql")),
        Keeper::Pgmason => (include_str!("set_aside_own.sql"), include_str!("rename_own.sql")),
    };
    transaction(pipeline, |pipeline| {
        pipeline.run(Message::Bound(set_aside, &all[..1]))?;
        pipeline.run(Message::Bound(give, &all))?;
        if has_runs {
            pipeline.run(Message::Bound(include_str!("rename_runs.sql"), &all))?;
        }
        Ok(())
    })
}

pub(crate) const RECORD_RUN: &str = include_str!("record_run.sql");

pub(crate) fn enter_sql(keeper: Keeper) -> &'static str {
    match keeper {
        Keeper::Supabase => include_str!("enter_supabase.sql"),
        Keeper::Pgmason => include_str!("enter_own.sql"),
    }
}

pub(crate) fn remove_sql(keeper: Keeper) -> &'static str {
    match keeper {
        Keeper::Supabase => include_str!("remove_supabase.sql"),
        Keeper::Pgmason => include_str!("remove_own.sql"),
    }
}

impl Entry {
    /// For [`enter_sql`].
    pub(crate) fn parameters(&self) -> [Parameter<'_>; 3] {
        [(&self.version, Type::TEXT), (&self.name, Type::TEXT), (&self.statements, Type::TEXT_ARRAY)]
    }

    fn recorded(&self, outcome: &'static str) -> Recorded {
        Recorded {
            version: self.version.clone(),
            name: self.name.clone(),
            direction: "mark",
            outcome,
            sha256: self.sha256.clone(),
            statements_sha256: self.statements_sha256.clone(),
            undo: self.undo.clone(),
            ..Recorded::default()
        }
    }
}

/// What a run leaves in `pgmason.migration_runs`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorded {
    pub(crate) version: String,
    pub(crate) name: String,
    pub(crate) direction: &'static str,
    pub(crate) outcome: &'static str,
    pub(crate) sha256: String,
    pub(crate) statements_sha256: String,
    pub(crate) step_hashes: Vec<String>,
    pub(crate) steps_done: i32,
    pub(crate) step_begun: Option<i32>,
    pub(crate) operator: Option<String>,
    pub(crate) stage: Option<String>,
    pub(crate) undo: Option<String>,
}

/// Of this program.
const VERSION: &str = env!("CARGO_PKG_VERSION");

impl Recorded {
    /// For `record_run.sql`.
    pub(crate) fn parameters(&self) -> [Parameter<'_>; 12] {
        [
            (&self.version, Type::TEXT),
            (&self.name, Type::TEXT),
            (&self.direction, Type::TEXT),
            (&self.outcome, Type::TEXT),
            (&self.sha256, Type::TEXT),
            (&self.statements_sha256, Type::TEXT),
            (&self.step_hashes, Type::TEXT_ARRAY),
            (&self.steps_done, Type::INT4),
            (&self.operator, Type::TEXT),
            (&VERSION, Type::TEXT),
            (&self.stage, Type::TEXT),
            (&self.undo, Type::TEXT),
        ]
    }

    /// For `begin_run.sql`.
    pub(crate) fn beginning(&self) -> [Parameter<'_>; 12] {
        let [version, name, direction, _, sha256, statements, hashes, done, operator, pgmason, stage, undo] =
            self.parameters();
        let begun = (&self.step_begun as &(dyn ToSql + Sync), Type::INT4);
        [version, name, direction, sha256, statements, hashes, done, begun, operator, pgmason, stage, undo]
    }

    /// For `record_failure.sql`.
    pub(crate) fn failure<'a>(&'a self, error: &'a String, seconds: &'a f64) -> [Parameter<'a>; 11] {
        let [version, name, direction, _, sha256, statements, hashes, _, operator, pgmason, stage, _] =
            self.parameters();
        let error = (error as &(dyn ToSql + Sync), Type::TEXT);
        let seconds = (seconds as &(dyn ToSql + Sync), Type::FLOAT8);
        [version, name, direction, sha256, statements, hashes, operator, pgmason, stage, error, seconds]
    }
}

fn transaction(
    pipeline: &mut Pipeline,
    work: impl FnOnce(&mut Pipeline) -> Result<(), Box<StatementError>>,
) -> Result<(), HistoryError> {
    let outcome = pipeline
        .run(Message::Simple("BEGIN READ WRITE"))
        .and_then(|()| work(pipeline))
        .and_then(|()| pipeline.run(Message::Simple("COMMIT")));
    outcome.map_err(|error| {
        drop(pipeline.run(Message::Simple("ROLLBACK")));
        if error.sqlstate.as_deref() == Some("42501") {
            return HistoryError::NoPrivilege { role: role(pipeline), action: "write", table: "its tables" };
        }
        HistoryError::Refused { action: "write", message: error.message }
    })
}
