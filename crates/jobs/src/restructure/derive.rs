//! Writes out steps that follow from what PostgreSQL makes of others: they are run on a copy of the ground, and the diff
//! engine says what is left to do.

use pgmason_core::diff::{self, DiffOptions};
use pgmason_model::Catalog;
use pgmason_model::difference::DifferencePlan;
use pgmason_model::restructure::{Action, Derived, PlannedOperation, PlannedStage, StepUndo};

use super::ground::{Ground, run_forth, run_statements};
use crate::JobError;

/// The stage with every such step written out.
pub(super) fn derive(ground: &mut Ground, mut planned: PlannedStage) -> Result<PlannedStage, JobError> {
    for operation in &mut planned.operations {
        if let Some(derived) = operation.derived {
            write_out(ground, operation, derived)?;
        }
    }
    Ok(planned)
}

fn write_out(ground: &mut Ground, operation: &mut PlannedOperation, derived: Derived) -> Result<(), JobError> {
    let directly = ground.copy()?;
    run_statements(&ground.connection(&directly)?, &operation.direct)?;
    let target = ground.read(&directly)?;
    ground.drop(directly)?;

    let stepwise = ground.copy()?;
    run_forth(&ground.connection(&stepwise)?, &up_to(operation, derived))?;
    let reached = ground.read(&stepwise)?;
    let wanted = with_what_steps_made(&target, &reached, &ground.catalog);
    let options = DiffOptions {
        owners: true,
        creator: ground.creator.clone(),
        allow: ["*".to_owned()].into(),
        ..DiffOptions::default()
    };
    let forth = planned(&reached, &wanted, &options, operation)?;
    run_statements(&ground.connection(&stepwise)?, &forth)?;
    let arrived = ground.read(&stepwise)?;
    ground.drop(stepwise)?;
    let back = planned(&arrived, &reached, &options, operation)?;

    let steps = if derived.in_complete { &mut operation.complete } else { &mut operation.start };
    if let Some(step) = steps.get_mut(derived.step) {
        if let Action::Transaction { statements, .. } = &mut step.action {
            statements.extend(forth);
        }
        if let StepUndo::Action(Action::Transaction { statements, .. }) = &mut step.undo {
            statements.splice(0..0, back);
        }
    }
    operation.derived = None;
    Ok(())
}

/// The operation as far as the step, for a run on a copy.
fn up_to(operation: &PlannedOperation, derived: Derived) -> PlannedStage {
    let mut part = operation.clone();
    part.derived = None;
    if derived.in_complete {
        part.complete.truncate(derived.step + 1);
    } else {
        part.start.truncate(derived.step + 1);
        part.complete.clear();
    }
    PlannedStage { name: "derive".to_owned(), title: String::new(), operations: vec![part] }
}

/// The target, with what the steps brought along.
fn with_what_steps_made(target: &Catalog, reached: &Catalog, before: &Catalog) -> Catalog {
    let mut wanted = target.clone();
    for (id, object) in &reached.objects {
        if target.get(id).is_none() && before.get(id).is_none() {
            wanted.objects.insert(id.clone(), object.clone());
        }
    }
    let is_there = |id| wanted.objects.contains_key(id);
    let dependencies: Vec<_> = reached
        .dependencies
        .iter()
        .filter(|(dependent, needed)| is_there(dependent) && is_there(needed))
        .cloned()
        .collect();
    wanted.dependencies.extend(dependencies);
    wanted
}

fn planned(
    from: &Catalog,
    to: &Catalog,
    options: &DiffOptions,
    operation: &PlannedOperation,
) -> Result<Vec<String>, JobError> {
    let DifferencePlan { statements, refusals, .. } = diff::plan(from, to, options);
    match refusals.first() {
        Some(refusal) => Err(JobError::CannotDerive {
            operation: operation.title.clone(),
            reason: crate::diff::refusal_in_words(refusal),
        }),
        None => Ok(statements.into_iter().map(|statement| statement.sql).collect()),
    }
}
