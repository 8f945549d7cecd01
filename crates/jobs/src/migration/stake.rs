//! What a run could lose, as far as there is something to lose: relations that were there before it and hold rows.

use pgmason_model::plan::{Hazard, PlannedFile};
use pgmason_pg::Pipeline;
use pgmason_pg::pipeline::Message;
use postgres::error::SqlState;
use postgres::types::Type;

use super::apply::ApplyOptions;
use super::run_report::Refusal;
use crate::JobError;

/// Allows everything that can lose data.
const ALLOW_ALL: &str = "data-loss";

/// Refuses steps that would destroy rows, unless they are allowed by name.
pub(super) fn at_stake(
    pipeline: &mut Pipeline,
    planned: &[PlannedFile],
    options: &ApplyOptions,
) -> Result<Vec<Refusal>, JobError> {
    let mut refusals: Vec<Refusal> = Vec::new();
    if options.allows(ALLOW_ALL) {
        return Ok(refusals);
    }
    // Rows that a policy hides from this role would be lost all the same: with this, to count them is an error.
    set(pipeline, "SET row_security = off; SET statement_timeout = '10s'")?;
    for file in planned {
        for (step, hazard) in file.steps().flat_map(|step| step.hazards.iter().map(move |hazard| (step, hazard))) {
            let known = refusals.iter().any(|refusal| refusal.allow.as_deref() == Some(&hazard.allow));
            // Whether the plan itself makes the relation is no matter: what is there now may be another's.
            if known || options.allows(&hazard.allow) {
                continue;
            }
            let Some(rows) = lost(pipeline, hazard)? else { continue };
            refusals.push(Refusal {
                message: format!("{}:{} {}{rows}", file.path, step.line, hazard.message),
                hint: format!("back the rows up first, then allow it: `--allow {}`", hazard.allow),
                allow: Some(hazard.allow.clone()),
                detail: String::new(),
            });
        }
    }
    set(pipeline, "RESET row_security; RESET statement_timeout")?;
    Ok(refusals)
}

fn set(pipeline: &mut Pipeline, sql: &str) -> Result<(), JobError> {
    pipeline.run(Message::Simple(sql)).map_err(|error| JobError::Database(error.message))
}

/// What would be lost, in words; none where there is nothing.
fn lost(pipeline: &mut Pipeline, hazard: &Hazard) -> Result<Option<String>, JobError> {
    if !hazard.relation.is_empty() {
        // Of a column only the rows that hold something in it.
        let column = hazard.allow.strip_prefix("drop-column:").and_then(|rest| rest.strip_prefix(&hazard.relation));
        let column = column.and_then(|rest| rest.strip_prefix('.'));
        return rows(pipeline, &hazard.relation, column);
    }
    // Who goes with it the files cannot tell; the database can.
    let query = match hazard.allow.split_once(':') {
        Some(("drop-extension", name)) => Some((include_str!("extension_columns.sql"), name)),
        Some(("drop-schema", name)) => Some((include_str!("schema_tables.sql"), name)),
        _ => None,
    };
    let Some((query, name)) = query else { return Ok(Some(String::new())) };
    let tables = pipeline.query(query, &[(&name, Type::TEXT)]).map_err(|error| JobError::from_server(&error))?;
    for table in tables {
        let table: String = table.get(0);
        if let Some(rows) = rows(pipeline, &table, None)? {
            return Ok(Some(format!(": {table}{rows}")));
        }
    }
    Ok(None)
}

/// The relation as the session names it. Where the files' schema has none of its name, the search path may.
fn find(pipeline: &mut Pipeline, relation: &str) -> Result<Option<String>, JobError> {
    let rows = pipeline
        .query(include_str!("relation_at_stake.sql"), &[(&relation, Type::TEXT)])
        .map_err(|error| JobError::from_server(&error))?;
    Ok(rows.first().and_then(|row| row.get(0)))
}

/// More are not counted one by one.
const MANY: i64 = 100_000;

/// How many rows the relation holds, in words; none where it holds none. What may not be read, or not in time, is taken
/// to hold some.
fn rows(pipeline: &mut Pipeline, relation: &str, column: Option<&str>) -> Result<Option<String>, JobError> {
    let Some(relation) = find(pipeline, relation)? else { return Ok(None) };
    // The names are the model's own, quoted where they have to be.
    let filter = column.map(|column| format!("WHERE {column} IS NOT NULL")).unwrap_or_default();
    let sample = format!("SELECT FROM {relation} {filter} LIMIT {}", MANY + 1);
    let counted = pipeline.query(&format!("SELECT pg_catalog.count(*) FROM ({sample}) AS sample"), &[]);
    const UNKNOWN: [SqlState; 3] =
        [SqlState::INSUFFICIENT_PRIVILEGE, SqlState::QUERY_CANCELED, SqlState::UNDEFINED_COLUMN];
    let counted = match counted {
        Ok(rows) => rows.first().map(|row| row.get::<_, i64>(0)),
        Err(error) if error.code().is_some_and(|code| UNKNOWN.contains(code)) => None,
        Err(error) => return Err(JobError::from_server(&error)),
    };
    Ok(match counted {
        None => Some(String::new()),
        Some(0) => None,
        Some(1) => Some(" (1 row)".to_owned()),
        Some(count) if count > MANY => Some(format!(" (more than {MANY} rows)")),
        Some(count) => Some(format!(" ({count} rows)")),
    })
}
