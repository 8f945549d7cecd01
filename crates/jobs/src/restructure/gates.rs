//! What must hold before a stage is completed: the time it is watched, the file's own gates, and that nobody uses the old
//! names.

use pgmason_core::restructure::file::Stage;
use pgmason_pg::Pipeline;
use pgmason_pg::restructure::StageRow;

use super::code::CodeReferences;
use super::evidence::{self, in_words};
use super::live::Live;
use super::report::Refusal;
use super::running::{RunOptions, plan_of};
use crate::JobError;
use crate::error::server_words;

pub(super) fn refusals(
    pipeline: &mut Pipeline,
    row: &StageRow,
    stage: Option<&Stage>,
    live: &Live,
    code: &CodeReferences,
    options: &RunOptions,
) -> Result<Vec<Refusal>, JobError> {
    let mut refusals = Vec::new();
    let refuse = |message: String, hint: String| Refusal { stage: Some(row.stage.clone()), message, hint };
    let left = row.soak_seconds - row.started_ago.unwrap_or(0.0);
    if left > 0.0 && !options.no_soak {
        refusals.push(refuse(
            format!("it is to be watched for {} longer", in_words(left)),
            "wait, or --no-soak".to_owned(),
        ));
    }
    for gate in stage.iter().flat_map(|stage| &stage.gates) {
        match pipeline.query(&gate.sql, &[]) {
            Ok(rows) => {
                let holds = rows.first().and_then(|row| row.try_get::<_, Option<bool>>(0).ok()).flatten();
                if holds != Some(true) {
                    let what = if holds == Some(false) { "does not hold" } else { "gives no boolean" };
                    refusals.push(refuse(
                        format!("the gate `{}` {what}", gate.name),
                        format!("see why: {}", pgmason_model::plan::beginning(&gate.sql, 120)),
                    ));
                }
            }
            Err(error) => refusals.push(refuse(
                format!("the gate `{}` fails: {}", gate.name, server_words(&error)),
                "correct its SQL".to_owned(),
            )),
        }
    }
    let planned = plan_of(row)?;
    let accepted = |name: &str| options.accept_use.iter().any(|accepted| accepted == "*" || accepted == name);
    let everything = options.accept_use.iter().any(|accepted| accepted == "*");
    // Whoever does not wait asks only whether the names are used right now.
    let soak_seconds = if options.no_soak { 0.0 } else { row.soak_seconds };
    let row = &StageRow { soak_seconds, ..row.clone() };
    for found in evidence::gather(pipeline, row, &planned, live, code, !everything)? {
        if found.is_in_use() && !accepted(&found.name) {
            refusals.push(refuse(
                format!("{} is in use: {}", found.name, found.describe().join("; ")),
                format!("change what uses it, or --accept-use {}", found.name),
            ));
        }
    }
    Ok(refusals)
}
