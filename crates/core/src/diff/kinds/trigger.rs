//! Triggers of tables and views.

use pgmason_model::catalog::{Trigger, TriggerState};
use pgmason_model::{ObjectId, ObjectKind};

use super::Verdict;
use crate::diff::action::{Action, Rank};
use crate::diff::builder::Builder;
use crate::diff::states::State;

pub(super) fn verdict(old: &Trigger, new: &Trigger) -> Verdict {
    if old.inherited && new.inherited && old.state == new.state {
        return Verdict::Same;
    }
    if old.inherited && new.inherited || (Trigger { state: new.state, ..old.clone() }) == *new {
        return Verdict::Alter;
    }
    // PostgreSQL 14 and newer can replace one, but no constraint trigger, and not for another relation's.
    if !old.constraint && !new.constraint && old.inherited == new.inherited { Verdict::Alter } else { Verdict::Replace }
}

pub(super) fn create(builder: &mut Builder<'_>, id: &ObjectId, new: &Trigger) {
    if new.inherited {
        set_state(builder, id, TriggerState::Origin, new.state);
        return;
    }
    builder.push(Action::create(Rank::Trigger, id, new.definition.clone()));
    set_state(builder, id, TriggerState::Origin, new.state);
}

pub(super) fn alter(builder: &mut Builder<'_>, id: &ObjectId, old: &Trigger, new: &Trigger) {
    if (Trigger { state: new.state, ..old.clone() }) == *new || old.inherited {
        set_state(builder, id, old.state, new.state);
        return;
    }
    if builder.major() >= 14 {
        let sql = new.definition.replacen("CREATE TRIGGER", "CREATE OR REPLACE TRIGGER", 1);
        builder.push(Action::alter(Rank::Trigger, id, sql));
        // A replaced trigger fires as a new one does.
        set_state(builder, id, TriggerState::Origin, new.state);
        return;
    }
    if let (Some(table), Some(name)) = (id.qualified_name(), &id.sub) {
        builder.push(Action::drop(Rank::DropPart, id, format!("DROP TRIGGER {name} ON {table}")));
        let place = builder.actions.len() - 1;
        let mut action = Action::create(Rank::Trigger, id, new.definition.clone());
        action.after.push(place);
        builder.push(action);
        set_state(builder, id, TriggerState::Origin, new.state);
    }
}

fn set_state(builder: &mut Builder<'_>, id: &ObjectId, old: TriggerState, new: TriggerState) {
    let (Some(table), Some(name)) = (id.qualified_name(), &id.sub) else { return };
    if old == new {
        return;
    }
    let word = state_word(new);
    let mut action = Action::alter(Rank::RowSecurity, id, format!("ALTER TABLE {table} {word} TRIGGER {name}"));
    action.makes.clear();
    action.needs.insert(id.clone());
    builder.push(action);
}

/// How ALTER puts a trigger or a rule into the state.
pub(super) fn state_word(state: TriggerState) -> &'static str {
    match state {
        TriggerState::Origin => "ENABLE",
        TriggerState::Disabled => "DISABLE",
        TriggerState::Replica => "ENABLE REPLICA",
        TriggerState::Always => "ENABLE ALWAYS",
    }
}

pub(super) fn drop(builder: &mut Builder<'_>, id: &ObjectId, old: &Trigger) {
    let (Some(relation), Some(name)) = (id.qualified_name(), &id.sub) else { return };
    let goes = |kind| builder.states.goes(&id.relation(kind));
    if old.inherited || builder.states.is(&id.relation(ObjectKind::Table), State::Drop) || goes(ObjectKind::View) {
        return;
    }
    if goes(ObjectKind::Table) {
        // The old table goes later, but nobody writes to it any more.
        return;
    }
    builder.push(Action::drop(Rank::DropPart, id, format!("DROP TRIGGER {name} ON {relation}")));
}
