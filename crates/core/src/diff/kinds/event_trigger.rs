//! Event triggers.

use pgmason_model::ObjectId;
use pgmason_model::catalog::{EventTrigger, TriggerState};
use pgmason_model::identifier::quote_literal;

use super::Verdict;
use crate::diff::action::{Action, Rank};
use crate::diff::builder::Builder;

pub(super) fn verdict(old: &EventTrigger, new: &EventTrigger) -> Verdict {
    let known = EventTrigger { state: new.state, owner: new.owner.clone(), ..old.clone() };
    if known == *new { Verdict::Alter } else { Verdict::Replace }
}

pub(super) fn create(builder: &mut Builder<'_>, id: &ObjectId, new: &EventTrigger) {
    let tags: Vec<String> = new.tags.iter().map(|tag| quote_literal(tag)).collect();
    let when = if tags.is_empty() { String::new() } else { format!(" WHEN TAG IN ({})", tags.join(", ")) };
    let function = new.function.qualified_name().map(|name| name.to_string()).unwrap_or_default();
    let sql = format!("CREATE EVENT TRIGGER {id} ON {}{when} EXECUTE FUNCTION {function}()", new.event);
    // Last of all, so that it does not fire for the plan's own statements.
    builder.push(Action::create(Rank::Comment, id, sql).needing([new.function.clone()]));
    if new.state != TriggerState::Origin {
        set_state(builder, id, new);
    }
}

pub(super) fn set_state(builder: &mut Builder<'_>, id: &ObjectId, new: &EventTrigger) {
    let before = match builder.old(id) {
        Some(pgmason_model::Object::EventTrigger(old)) if !builder.states.goes(id) => old.state,
        _ => TriggerState::Origin,
    };
    if before == new.state {
        return;
    }
    let word = super::trigger::state_word(new.state);
    let mut action = Action::alter(Rank::Comment, id, format!("ALTER EVENT TRIGGER {id} {word}"));
    action.makes.clear();
    action.needs.insert(id.clone());
    builder.push(action);
}
