//! Stages that meet on one relation, of whatever file: each must find it again as it left it.

use pgmason_core::restructure::stage::relation_of_both;
use pgmason_model::restructure::PlannedStage;
use pgmason_pg::restructure::StageRow;

use super::report::Refusal;
use super::running::plan_of;
use crate::JobError;

/// A stage that stands between its start and its end, on a relation of the one that is to start. `everywhere`: stages of
/// all files.
pub(super) fn in_the_way_of_start(
    file: &str,
    planned: &PlannedStage,
    everywhere: &[StageRow],
) -> Result<Option<Refusal>, JobError> {
    for row in everywhere.iter().filter(|row| !matches!(row.phase.as_str(), "completed" | "rolled back")) {
        if row.restructure == file && row.stage == planned.name {
            continue;
        }
        let standing = plan_of(row)?;
        let Some(relation) = relation_of_both(&standing, planned) else { continue };
        let views = standing.operations.iter().flat_map(|operation| &operation.compatibility);
        let view = views.map(|found| &found.view).find(|view| view.to_string() == relation);
        let why = view.map_or_else(|| format!("it is {}", row.phase), |view| format!("{view} is a view until its end"));
        return Ok(Some(Refusal {
            stage: Some(planned.name.clone()),
            message: format!("stage {} has begun on {relation}: {why}", named(row, file)),
            hint: format!(
                "complete stage {0} first, or take it back: `pgmason restructure complete {1} --stage {0}`",
                row.stage, row.restructure
            ),
        }));
    }
    Ok(None)
}

/// A stage that was begun after this one on the same relations: it has to go first. The last one of them.
pub(super) fn in_the_way_of_rollback(row: &StageRow, everywhere: &[StageRow]) -> Result<Option<Refusal>, JobError> {
    let own = plan_of(row)?;
    for later in everywhere.iter().rev().filter(|later| later.id > row.id && later.phase != "rolled back") {
        if let Some(relation) = relation_of_both(&plan_of(later)?, &own) {
            return Ok(Some(Refusal {
                stage: Some(row.stage.clone()),
                message: format!("stage {} was begun after it, on {relation}", named(later, &row.restructure)),
                hint: format!(
                    "take that one back first: `pgmason restructure rollback {} --stage {}`",
                    later.restructure, later.stage
                ),
            }));
        }
    }
    Ok(None)
}

/// `b`, or `b of the restructuring it` where another file says so.
fn named(row: &StageRow, file: &str) -> String {
    match row.restructure == file {
        true => row.stage.clone(),
        false => format!("{} of the restructuring {}", row.stage, row.restructure),
    }
}
