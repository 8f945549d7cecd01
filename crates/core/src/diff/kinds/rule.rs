//! Rewrite rules.

use pgmason_model::catalog::{Rule, TriggerState};
use pgmason_model::{Object, ObjectId, ObjectKind};

use crate::diff::action::{Action, Rank};
use crate::diff::builder::Builder;

pub(super) fn create(builder: &mut Builder<'_>, id: &ObjectId, new: &Rule) {
    builder.push(Action::create(Rank::Rule, id, new.definition.trim_end_matches(';').to_owned()));
    set_state(builder, id, TriggerState::Origin, new.state);
}

pub(super) fn alter(builder: &mut Builder<'_>, id: &ObjectId, old: &Rule, new: &Rule) {
    if old.definition != new.definition {
        let sql = new.definition.trim_end_matches(';').replacen("CREATE RULE", "CREATE OR REPLACE RULE", 1);
        builder.push(Action::alter(Rank::Rule, id, sql));
    }
    set_state(builder, id, old.state, new.state);
}

fn set_state(builder: &mut Builder<'_>, id: &ObjectId, old: TriggerState, new: TriggerState) {
    let (Some(relation), Some(name)) = (id.qualified_name(), &id.sub) else { return };
    if old == new || !matches!(builder.new_object(&id.relation(ObjectKind::Table)), Some(Object::Table(_))) {
        return;
    }
    let word = super::trigger::state_word(new);
    let mut action = Action::alter(Rank::Trigger, id, format!("ALTER TABLE {relation} {word} RULE {name}"));
    action.makes.clear();
    action.needs.insert(id.clone());
    builder.push(action);
}
