//! Reads the history.

use std::collections::BTreeSet;

use postgres::Row;
use postgres::error::SqlState;
use tokio_postgres::types::Type;

use super::{Applied, Facts, ForeignTable, History, HistoryError, Keeper, Rename, Run, SlowRun, Trend};
use crate::Pipeline;

/// The whole history. Empty, without a keeper, where there is none.
pub fn read(pipeline: &mut Pipeline) -> Result<History, HistoryError> {
    let row = match pipeline.query(include_str!("facts.sql"), &[]) {
        Ok(rows) => rows,
        // Even to ask whether a table is there takes USAGE on its schema.
        Err(error) => return Err(refusal("read", "pgmason.migrations", role(pipeline), error)),
    };
    let Some(row) = row.first() else { return Ok(History::default()) };
    let facts =
        Facts { in_recovery: row.get("in_recovery"), role: row.get("role"), search_path: row.get("search_path") };
    let keeper = match (row.get::<_, bool>("supabase"), row.get::<_, bool>("migrations")) {
        (true, _) => Some(Keeper::Supabase),
        (false, true) => Some(Keeper::Pgmason),
        (false, false) => None,
    };
    let has_runs: bool = row.get("runs");
    let mut history = History { keeper, has_runs, facts, ..History::default() };
    if row.get("rows_hidden") {
        let table = keeper.unwrap_or(Keeper::Pgmason).table();
        return Err(HistoryError::Hidden { role: history.facts.role, table });
    }
    let role = history.facts.role.clone();
    let refused = |table| {
        let role = role.clone();
        move |error| refusal("read", table, role, error)
    };
    if let Some(keeper) = keeper {
        let columns: Vec<String> = row.get("supabase_columns");
        let rows = match keeper {
            Keeper::Supabase => pipeline.query(&supabase_query(&columns), &[]),
            Keeper::Pgmason => pipeline.query(include_str!("applied.sql"), &[]),
        };
        history.applied = rows.map_err(refused(keeper.table()))?.iter().map(applied).collect();
        if keeper == Keeper::Supabase && row.get("migrations") {
            // The other table came later: what ours knows is applied all the same.
            let rows = pipeline.query(include_str!("applied.sql"), &[]).map_err(refused("pgmason.migrations"))?;
            let known: BTreeSet<String> = history.applied.iter().map(|applied| applied.version.clone()).collect();
            let ours = rows.iter().map(applied).filter(|applied| !known.contains(&applied.version));
            let before = history.applied.len();
            history.applied.extend(ours);
            history.to_be_moved = history.applied.len() - before;
        }
        // The server sorts by its own collation where the table is another tool's.
        history.applied.sort_by(|a, b| a.version.cmp(&b.version));
    }
    if has_runs {
        let rows = pipeline.query(include_str!("latest_runs.sql"), &[]).map_err(refused("pgmason.migration_runs"))?;
        history.runs = rows.iter().map(run).collect();
        let rows = pipeline.query(include_str!("renames.sql"), &[]).map_err(refused("pgmason.sys_table_migrations"))?;
        history.renames =
            rows.iter().map(|row| Rename { old_name: row.get(0), new_name: row.get(1), status: row.get(2) }).collect();
    }
    Ok(history)
}

pub(super) fn role(pipeline: &mut Pipeline) -> String {
    let rows = pipeline.query("SELECT CURRENT_USER::text", &[]).unwrap_or_default();
    rows.first().map_or_else(String::new, |row| row.get(0))
}

/// History tables of other tools.
pub fn foreign(pipeline: &mut Pipeline) -> Result<Vec<ForeignTable>, HistoryError> {
    let rows = pipeline
        .query(include_str!("foreign.sql"), &[])
        .map_err(|error| refusal("read", "other tools' tables", String::new(), error))?;
    Ok(rows.iter().map(|row| ForeignTable { schema: row.get(0), name: row.get(1), columns: row.get(2) }).collect())
}

/// Every finished run of the slowest versions.
pub fn slow_runs(pipeline: &mut Pipeline, versions: i64) -> Result<Vec<SlowRun>, HistoryError> {
    let rows = pipeline
        .query(include_str!("slow_runs.sql"), &[(&versions, Type::INT8)])
        .map_err(|error| refusal("read", "pgmason.migration_runs", String::new(), error))?;
    Ok(rows
        .iter()
        .map(|row| SlowRun {
            version: row.get("version"),
            name: row.get("name"),
            direction: row.get("direction"),
            outcome: row.get("outcome"),
            started_at: row.get("started_at"),
            seconds: row.get("seconds"),
        })
        .collect())
}

/// The last days on which something was applied, the newest first.
pub fn trend(pipeline: &mut Pipeline) -> Result<Vec<Trend>, HistoryError> {
    let rows = pipeline
        .query(include_str!("trend.sql"), &[])
        .map_err(|error| refusal("read", "pgmason.migration_runs", String::new(), error))?;
    Ok(rows
        .iter()
        .map(|row| Trend { day: row.get(0), files: row.get(1), middle: row.get(2), longest: row.get(3) })
        .collect())
}

/// Old versions of the Supabase CLI made the table without `name` and `statements`.
fn supabase_query(columns: &[String]) -> String {
    let column = |name: &str, null: &str| {
        if columns.iter().any(|known| known == name) { name.to_owned() } else { format!("{null} AS {name}") }
    };
    format!(
        "SELECT version, {}, {}, NULL::text AS applied_at, NULL::text AS applied_by \
         FROM supabase_migrations.schema_migrations",
        column("name", "NULL::text"),
        column("statements", "NULL::text[]")
    )
}

fn applied(row: &Row) -> Applied {
    Applied {
        version: row.get("version"),
        name: row.get("name"),
        statements: row.get("statements"),
        applied_at: row.get("applied_at"),
        applied_by: row.get("applied_by"),
    }
}

fn run(row: &Row) -> Run {
    let count = |name: &str| row.get::<_, Option<i32>>(name).and_then(|count| usize::try_from(count).ok());
    Run {
        id: row.get("id"),
        version: row.get("version"),
        name: row.get("name"),
        direction: row.get("direction"),
        outcome: row.get("outcome"),
        sha256: row.get("sha256"),
        statements_sha256: row.get("statements_sha256"),
        step_hashes: row.get("step_hashes"),
        steps_done: count("steps_done").unwrap_or(0),
        step_begun: count("step_begun"),
        started_at: row.get("started_at"),
        seconds: row.get("seconds"),
        run_by: row.get("run_by"),
        operator: row.get("operator"),
        stage: row.get("stage"),
        undo: row.get("undo"),
        error: row.get("error"),
    }
}

/// Names the want of a privilege; everything else is the server's to say.
pub(super) fn refusal(
    action: &'static str,
    table: &'static str,
    role: String,
    source: postgres::Error,
) -> HistoryError {
    if source.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) {
        return HistoryError::NoPrivilege { role, action, table };
    }
    let message = source.as_db_error().map_or_else(|| source.to_string(), |error| error.message().to_owned());
    HistoryError::Server { action, table, message }
}
