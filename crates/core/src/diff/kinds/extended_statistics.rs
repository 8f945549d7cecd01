//! Statistics objects.

use pgmason_model::ObjectId;
use pgmason_model::catalog::ExtendedStatistics;

use super::Verdict;
use crate::diff::action::{Action, Rank};
use crate::diff::builder::Builder;

pub(super) fn verdict(old: &ExtendedStatistics, new: &ExtendedStatistics) -> Verdict {
    let known = ExtendedStatistics { target: new.target, owner: new.owner.clone(), ..old.clone() };
    if known == *new { Verdict::Alter } else { Verdict::Replace }
}

pub(super) fn create(builder: &mut Builder<'_>, id: &ObjectId, new: &ExtendedStatistics) {
    builder.push(Action::create(Rank::Index, id, new.definition.clone()));
    if new.target.is_some() {
        set_target(builder, id, new);
    }
}

pub(super) fn set_target(builder: &mut Builder<'_>, id: &ObjectId, new: &ExtendedStatistics) {
    let before = match builder.old(id) {
        Some(pgmason_model::Object::ExtendedStatistics(old)) if !builder.states.goes(id) => old.target,
        _ => None,
    };
    if before == new.target {
        return;
    }
    let sql = format!("ALTER STATISTICS {id} SET STATISTICS {}", new.target.unwrap_or(-1));
    let mut action = Action::alter(Rank::Index, id, sql);
    action.makes.clear();
    action.needs.insert(id.clone());
    builder.push(action);
}
