//! Writes out steps that follow from what PostgreSQL makes of others: they are run on a copy of the ground, and the diff
//! engine says what is left to do.
//!
//! - What takes as long as a table is large is not done in the transaction: it becomes a step of its own beside the traffic.

use pgmason_core::diff::{self, DiffOptions};
use pgmason_model::difference::{ActionKind, ChangeHazard, ChangeStatement, DifferencePlan, HazardKind};
use pgmason_model::plan::{Recovery, beginning};
use pgmason_model::restructure::{
    Action, Derived, LockMode, PlannedOperation, PlannedStage, RelationLock, RestructureStep, StepUndo,
};
use pgmason_model::{Catalog, Object, ObjectKind};

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
    run_statements(&ground.connection(&stepwise)?, &forth.all())?;
    let arrived = ground.read(&stepwise)?;
    ground.drop(stepwise)?;
    let back = planned(&arrived, &reached, &options, operation)?;

    let steps = if derived.in_complete { &mut operation.complete } else { &mut operation.start };
    if let Some(step) = steps.get_mut(derived.step) {
        if let Action::Transaction { statements, .. } = &mut step.action {
            statements.extend(forth.at_once);
        }
        if let StepUndo::Action(Action::Transaction { statements, .. }) = &mut step.undo {
            statements.splice(0..0, back.at_once);
        }
        // The way back reads the steps from below.
        let after = forth.later.into_iter().map(|later| RestructureStep {
            title: later.title,
            action: later.action,
            undo: StepUndo::Nothing,
        });
        steps.splice(derived.step + 1..derived.step + 1, after);
        let before = back.later.into_iter().rev().map(|later| RestructureStep {
            title: format!("on the way back: {}", later.title),
            action: Action::Check { query: "SELECT true".to_owned(), failure: String::new() },
            undo: StepUndo::Action(later.action),
        });
        steps.splice(derived.step..derived.step, before);
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

/// What is left to do.
struct Rest {
    /// In the transaction.
    at_once: Vec<String>,
    /// After it, while others go on: constraints that are validated, indexes that are built.
    later: Vec<Later>,
}

struct Later {
    title: String,
    sql: String,
    action: Action,
}

impl Rest {
    fn all(&self) -> Vec<String> {
        self.at_once.iter().chain(self.later.iter().map(|later| &later.sql)).cloned().collect()
    }
}

/// In one transaction where nothing in it takes long, else as the diff engine does it beside the traffic.
fn planned(
    from: &Catalog,
    to: &Catalog,
    options: &DiffOptions,
    operation: &PlannedOperation,
) -> Result<Rest, JobError> {
    let cannot = |reason| JobError::CannotDerive { operation: operation.title.clone(), reason };
    let DifferencePlan { statements, refusals, .. } = diff::plan(from, to, options);
    if let Some(refusal) = refusals.first() {
        return Err(cannot(crate::diff::refusal_in_words(refusal)));
    }
    if !statements.iter().any(|statement| statement.alone || waits(statement).is_some()) {
        let at_once = statements.into_iter().map(|statement| statement.sql).collect();
        return Ok(Rest { at_once, later: Vec::new() });
    }
    let DifferencePlan { statements, .. } = diff::plan(from, to, &DiffOptions { online: true, ..options.clone() });
    let first = statements.first().map(|statement| statement.transaction);
    let mut rest = Rest { at_once: Vec::new(), later: Vec::new() };
    for statement in statements {
        if let Some(hazard) = waits(&statement) {
            return Err(cannot(format!("{}: {}", hazard.message, beginning(&statement.sql, 100))));
        }
        if Some(statement.transaction) == first && !statement.alone {
            rest.at_once.push(statement.sql);
        } else {
            let later = later(&statement, to).ok_or_else(|| {
                cannot(format!("it takes more than one transaction: {}", beginning(&statement.sql, 100)))
            })?;
            rest.later.push(later);
        }
    }
    Ok(rest)
}

/// The transaction holds its locks to the end: nothing in it may take as long as a table is large.
fn waits(statement: &ChangeStatement) -> Option<&ChangeHazard> {
    let long = |hazard: &&ChangeHazard| {
        matches!(hazard.kind, HazardKind::Rewrite | HazardKind::LongLock | HazardKind::IndexRebuild)
    };
    statement.hazards.iter().find(long)
}

/// None: it is neither about a constraint nor CREATE INDEX CONCURRENTLY.
fn later(statement: &ChangeStatement, to: &Catalog) -> Option<Later> {
    let ChangeStatement { sql, object, action, alone, .. } = statement;
    match (object.kind, action, alone) {
        (ObjectKind::Constraint, ActionKind::Alter, false) => {
            let relation = object.relation(ObjectKind::Table).qualified_name()?;
            let title = format!("look at every row of {relation}");
            let lock = RelationLock { relation, mode: LockMode::ShareUpdateExclusive };
            let action = Action::Transaction { locks: vec![lock], statements: vec![sql.clone()] };
            Some(Later { title, sql: sql.clone(), action })
        }
        // Of an index that was built before, or NOT VALID: a moment.
        (ObjectKind::Constraint, ActionKind::Create, false) => {
            let Some(Object::Constraint(constraint)) = to.get(object) else { return None };
            let own = object.relation(ObjectKind::Table).qualified_name()?;
            let title = format!("add the constraint {object}");
            let other = constraint.references.as_ref().map(|references| references.table.clone());
            let locks = std::iter::once(own).chain(other);
            let locks = locks.map(|relation| RelationLock { relation, mode: LockMode::AccessExclusive }).collect();
            Some(Later {
                title,
                sql: sql.clone(),
                action: Action::Transaction { locks, statements: vec![sql.clone()] },
            })
        }
        (ObjectKind::Index, ActionKind::Create, true) => {
            let Some(Object::Index(index)) = to.get(object) else { return None };
            let recovery =
                Recovery::IndexBuild { table: index.table.to_string(), index: Some(object.name.as_str().to_owned()) };
            let action = Action::Alone { statement: sql.clone(), recovery };
            Some(Later { title: format!("build the index {object} on {}", index.table), sql: sql.clone(), action })
        }
        _ => None,
    }
}
