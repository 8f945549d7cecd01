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
    set(pipeline, "SET row_security = off")?;
    for file in planned {
        for (step, hazard) in file.steps().flat_map(|step| step.hazards.iter().map(move |hazard| (step, hazard))) {
            let known = refusals.iter().any(|refusal| refusal.allow.as_deref() == Some(&hazard.allow));
            if known || !hazard.existing || options.allows(&hazard.allow) {
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
    set(pipeline, "RESET row_security")?;
    Ok(refusals)
}

fn set(pipeline: &mut Pipeline, sql: &str) -> Result<(), JobError> {
    pipeline.run(Message::Simple(sql)).map_err(|error| JobError::Database(error.message))
}

/// What would be lost, in words; none where there is nothing.
fn lost(pipeline: &mut Pipeline, hazard: &Hazard) -> Result<Option<String>, JobError> {
    if !hazard.relation.is_empty() {
        return rows(pipeline, &hazard.relation);
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
        if let Some(rows) = rows(pipeline, &table)? {
            return Ok(Some(format!(": {table}{rows}")));
        }
    }
    Ok(None)
}

/// More are not counted one by one.
const MANY: i64 = 100_000;

/// How many rows the relation holds, in words; none where it holds none. What may not be read is taken to hold some.
fn rows(pipeline: &mut Pipeline, relation: &str) -> Result<Option<String>, JobError> {
    let there = pipeline
        .query("SELECT pg_catalog.to_regclass($1) IS NOT NULL", &[(&relation, Type::TEXT)])
        .map_err(|error| JobError::from_server(&error))?;
    if !there.first().is_some_and(|row| row.get::<_, bool>(0)) {
        return Ok(None);
    }
    // The name is the model's own, quoted where it has to be.
    let counted = pipeline
        .query(&format!("SELECT pg_catalog.count(*) FROM (SELECT FROM {relation} LIMIT {}) AS sample", MANY + 1), &[]);
    let counted = match counted {
        Ok(rows) => rows.first().map(|row| row.get::<_, i64>(0)),
        Err(error) if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => None,
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
