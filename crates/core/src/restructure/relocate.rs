//! A table under another name or in another schema, with something under the name that it does not have: what
//! `rename_table` and `move_table` share.

use pgmason_model::restructure::{
    Action, CompatibilityView, NameChange, NameKind, NamePath, PlannedOperation, RestructureStep, StepUndo,
};
use pgmason_model::{ObjectId, QualifiedName, quote_literal};

use super::compatibility_view::compatibility_view;
use super::context::PlanContext;
use super::limits;
use super::operations::Compatibility;
use super::refusal::OperationRefusal;
use super::step::{check, exclusive};
use super::tracking::{rename_recorded, rename_taken_back, tell_postgrest, view_recorded};

/// What the operation adds to the statement that moves the table.
#[derive(Clone, Debug, Default)]
pub(super) struct Beside {
    /// Before it: a schema that has to be there.
    pub(super) before: Vec<String>,
    /// After it: publications that would lose it.
    pub(super) after: Vec<String>,
    /// Takes `before` back.
    pub(super) undo_before: Vec<String>,
    pub(super) undo_after: Vec<String>,
}

/// `forth` and `back` move the table.
pub(super) struct Relocation {
    pub(super) table: ObjectId,
    pub(super) old: QualifiedName,
    pub(super) new: QualifiedName,
    pub(super) forth: String,
    pub(super) back: String,
    pub(super) beside: Beside,
}

pub(super) fn relocate(
    context: &PlanContext<'_>,
    relocation: &Relocation,
    wanted: Compatibility,
) -> Result<PlannedOperation, OperationRefusal> {
    let Relocation { table, old, new, .. } = relocation;
    context.free(new)?;
    let found = limits::through_a_view(context, table, old);
    let way = choose(context, table, wanted, &found)?;
    let change = NameChange {
        kind: NameKind::Table,
        old: NamePath::relation(old.clone()),
        new: Some(NamePath::relation(new.clone())),
        note: None,
    };
    let mut direct = relocation.beside.before.clone();
    direct.push(relocation.forth.clone());
    direct.extend(relocation.beside.after.iter().cloned());
    let mut operation = PlannedOperation {
        relations: vec![old.clone(), new.clone()],
        names: vec![change],
        direct,
        notes: limits::notes(context, table, old),
        ..PlannedOperation::default()
    };
    match way {
        Way::OldNameView => old_name_view(context, relocation, &mut operation)?,
        Way::NewNameView => new_name_view(context, relocation, &mut operation)?,
        Way::AtOnce => at_once(context, relocation, &mut operation),
    }
    operation.limits = match way {
        Way::OldNameView => found.iter().map(|limit| limit.describe()).collect(),
        Way::NewNameView => {
            let mut said = vec![format!("{old} stays the table until the stage is completed, since:")];
            said.extend(found.iter().map(|limit| limit.describe()));
            said
        }
        Way::AtOnce => vec![format!("{new} is not there before the stage is completed, and {old} not after it")],
    };
    Ok(operation)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    OldNameView,
    NewNameView,
    AtOnce,
}

fn choose(
    context: &PlanContext<'_>,
    table: &ObjectId,
    wanted: Compatibility,
    found: &[limits::Limit],
) -> Result<Way, OperationRefusal> {
    let leak = limits::no_view_is_right(context, table);
    match (wanted, leak) {
        (Compatibility::None, _) => Ok(Way::AtOnce),
        (_, Some(reason)) => Err(OperationRefusal::Refused {
            message: format!("no view can stand for {table}: {reason}"),
            hint: "add `compatibility = \"none\"`: the name changes in one moment, with the code".to_owned(),
        }),
        (Compatibility::OldNameView, None) => Ok(Way::OldNameView),
        (Compatibility::NewNameView, None) => Ok(Way::NewNameView),
        (Compatibility::Auto, None) if found.is_empty() => Ok(Way::OldNameView),
        (Compatibility::Auto, None) => Ok(Way::NewNameView),
    }
}

/// The table gets its new name at once; a view has the old one until the end.
fn old_name_view(
    context: &PlanContext<'_>,
    relocation: &Relocation,
    operation: &mut PlannedOperation,
) -> Result<(), OperationRefusal> {
    let Relocation { table, old, new, beside, .. } = relocation;
    let view = compatibility_view(context, table, old, new)?;
    let told = tell_postgrest(context.catalog);
    let mut forth = beside.before.clone();
    forth.push(relocation.forth.clone());
    forth.extend(beside.after.iter().cloned());
    forth.extend(view.create.iter().cloned());
    forth.push(rename_recorded(old, new, true));
    forth.extend(told.clone());
    let mut back = view.drop.clone();
    back.extend(beside.undo_after.iter().cloned());
    back.push(relocation.back.clone());
    back.extend(beside.undo_before.iter().cloned());
    back.push(rename_taken_back(old));
    back.extend(told.clone());
    operation.start.push(RestructureStep {
        title: format!("{} and put a view under the old name", operation_words(relocation)),
        action: Action::Transaction { locks: exclusive(old), statements: forth },
        undo: StepUndo::Action(Action::Transaction { locks: exclusive(new), statements: back }),
    });
    operation.complete.push(nothing_depends_on(old));
    let mut contract = view.drop;
    contract.push(view_recorded(old, false));
    contract.extend(told.clone());
    let mut expand = view.create;
    expand.push(view_recorded(old, true));
    expand.extend(told);
    operation.complete.push(RestructureStep {
        title: format!("drop the view {old}"),
        action: Action::Transaction { locks: Vec::new(), statements: contract },
        undo: StepUndo::Action(Action::Transaction { locks: Vec::new(), statements: expand }),
    });
    operation.compatibility.push(CompatibilityView { view: old.clone(), table: new.clone(), inverse: false });
    Ok(())
}

/// The table keeps its name until the end; a view has the new one.
fn new_name_view(
    context: &PlanContext<'_>,
    relocation: &Relocation,
    operation: &mut PlannedOperation,
) -> Result<(), OperationRefusal> {
    let Relocation { table, old, new, beside, .. } = relocation;
    let view = compatibility_view(context, table, new, old)?;
    let told = tell_postgrest(context.catalog);
    let mut forth = beside.before.clone();
    forth.extend(view.create.iter().cloned());
    forth.push(rename_recorded(old, new, true));
    forth.extend(told.clone());
    let mut back = view.drop.clone();
    back.extend(beside.undo_before.iter().cloned());
    back.push(rename_taken_back(old));
    back.extend(told.clone());
    operation.start.push(RestructureStep {
        title: format!("put a view under the new name {new}"),
        action: Action::Transaction { locks: Vec::new(), statements: forth },
        undo: StepUndo::Action(Action::Transaction { locks: Vec::new(), statements: back }),
    });
    operation.complete.push(nothing_depends_on(new));
    let mut contract = view.drop;
    contract.push(relocation.forth.clone());
    contract.extend(beside.after.iter().cloned());
    contract.push(view_recorded(old, false));
    contract.extend(told.clone());
    let mut expand = beside.undo_after.clone();
    expand.push(relocation.back.clone());
    expand.extend(view.create);
    expand.push(view_recorded(old, true));
    expand.extend(told);
    operation.complete.push(RestructureStep {
        title: format!("{} in place of the view", operation_words(relocation)),
        action: Action::Transaction { locks: exclusive(old), statements: contract },
        undo: StepUndo::Action(Action::Transaction { locks: exclusive(new), statements: expand }),
    });
    operation.compatibility.push(CompatibilityView { view: new.clone(), table: old.clone(), inverse: true });
    Ok(())
}

/// The name changes when the stage is completed.
fn at_once(context: &PlanContext<'_>, relocation: &Relocation, operation: &mut PlannedOperation) {
    let Relocation { old, new, beside, .. } = relocation;
    let told = tell_postgrest(context.catalog);
    let mut forth = beside.before.clone();
    forth.push(relocation.forth.clone());
    forth.extend(beside.after.iter().cloned());
    forth.push(rename_recorded(old, new, false));
    forth.extend(told.clone());
    let mut back = beside.undo_after.clone();
    back.push(relocation.back.clone());
    back.extend(beside.undo_before.iter().cloned());
    back.push(rename_taken_back(old));
    back.extend(told);
    operation.complete.push(RestructureStep {
        title: operation_words(relocation),
        action: Action::Transaction { locks: exclusive(old), statements: forth },
        undo: StepUndo::Action(Action::Transaction { locks: exclusive(new), statements: back }),
    });
}

fn operation_words(relocation: &Relocation) -> String {
    let Relocation { old, new, .. } = relocation;
    match old.schema == new.schema {
        true => format!("rename {old} to {}", new.name),
        false => format!("move {old} to the schema {}", new.schema),
    }
}

/// A view over the view, a policy that reads it: dropping it would fail, or take them with it.
pub(super) fn nothing_depends_on(view: &QualifiedName) -> RestructureStep {
    let name = quote_literal(&view.to_string());
    check(
        format!("see that nothing was built on the view {view}"),
        format!(
            "SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS dependency \
             WHERE dependency.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass \
             AND dependency.refobjid = pg_catalog.to_regclass({name}) AND dependency.deptype = 'n' \
             AND (dependency.classid, dependency.objid) NOT IN (SELECT 'pg_catalog.pg_rewrite'::pg_catalog.regclass, \
             rule.oid FROM pg_catalog.pg_rewrite AS rule WHERE rule.ev_class = pg_catalog.to_regclass({name})))"
        ),
        format!("something was built on the view {view} since it was made: build it on the table instead"),
    )
}
