//! What a run could lose, as far as there is something to lose: relations that were there before it and hold rows.

use pgmason_model::plan::PlannedFile;
use pgmason_pg::Pipeline;
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
    for file in planned {
        for (step, hazard) in file.steps().flat_map(|step| step.hazards.iter().map(move |hazard| (step, hazard))) {
            let known = refusals.iter().any(|refusal| refusal.allow.as_deref() == Some(&hazard.allow));
            if known || !hazard.existing || options.allows(&hazard.allow) || !holds_rows(pipeline, &hazard.relation)? {
                continue;
            }
            refusals.push(Refusal {
                message: format!("{}:{} {}", file.path, step.line, hazard.message),
                hint: format!("back the rows up first, then allow it: `--allow {}`", hazard.allow),
                allow: Some(hazard.allow.clone()),
                detail: String::new(),
            });
        }
    }
    Ok(refusals)
}

/// One row is enough. What may not be read is taken to hold some.
fn holds_rows(pipeline: &mut Pipeline, relation: &str) -> Result<bool, JobError> {
    if relation.is_empty() {
        return Ok(true);
    }
    let there = pipeline
        .query("SELECT pg_catalog.to_regclass($1) IS NOT NULL", &[(&relation, Type::TEXT)])
        .map_err(|error| JobError::from_server(&error))?;
    if !there.first().is_some_and(|row| row.get::<_, bool>(0)) {
        return Ok(false);
    }
    // The name is the model's own, quoted where it has to be.
    let rows = pipeline.query(&format!("SELECT EXISTS (SELECT FROM {relation})"), &[]);
    Ok(rows.map_or(true, |rows| rows.first().is_none_or(|row| row.get(0))))
}
