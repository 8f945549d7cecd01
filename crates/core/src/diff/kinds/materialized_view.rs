//! Materialized views.

use pgmason_model::ObjectId;
use pgmason_model::catalog::MaterializedView;
use pgmason_model::difference::HazardKind;

use super::Verdict;
use super::table::{option_changes, settings};
use crate::diff::action::{Action, Rank};
use crate::diff::builder::{Builder, hazard};
use crate::diff::states::State;

pub(super) fn verdict(old: &MaterializedView, new: &MaterializedView) -> Verdict {
    let same = old.definition == new.definition && old.columns == new.columns;
    if same { Verdict::Alter } else { Verdict::Replace }
}

pub(super) fn create(builder: &mut Builder<'_>, id: &ObjectId, new: &MaterializedView) {
    let method = new.access_method.as_ref().filter(|method| method.as_str() != "heap");
    let method = method.map(|method| format!("\nUSING {method}")).unwrap_or_default();
    let options = if new.options.is_empty() { String::new() } else { format!("\nWITH ({})", settings(&new.options)) };
    let space = new.tablespace.as_ref().map(|space| format!("\nTABLESPACE {space}")).unwrap_or_default();
    let query = new.definition.trim_end().trim_end_matches(';');
    let data = if new.populated { "" } else { "\nWITH NO DATA" };
    let sql = format!("CREATE MATERIALIZED VIEW {id}{method}{options}{space} AS\n{query}{data}");
    let mut action = Action::create(Rank::View, id, sql);
    if builder.states.is(id, State::Replace) {
        action = action.hazard(hazard(HazardKind::LongLock, format!("{id} is not there until it is computed anew")));
    }
    builder.push(action);
}

pub(super) fn alter(builder: &mut Builder<'_>, id: &ObjectId, old: &MaterializedView, new: &MaterializedView) {
    for change in option_changes(&old.options, &new.options) {
        builder.push(Action::alter(Rank::View, id, format!("ALTER MATERIALIZED VIEW {id} {change}")));
    }
    if old.access_method != new.access_method {
        let method = new.access_method.as_ref().map_or_else(|| "heap".to_owned(), ToString::to_string);
        let action = Action::alter(Rank::View, id, format!("ALTER MATERIALIZED VIEW {id} SET ACCESS METHOD {method}"));
        builder.push(action.rewriting(id.clone()));
    }
    if old.tablespace != new.tablespace {
        let space = new.tablespace.as_ref().map_or_else(|| "pg_default".to_owned(), ToString::to_string);
        let action = Action::alter(Rank::View, id, format!("ALTER MATERIALIZED VIEW {id} SET TABLESPACE {space}"));
        builder.push(action.rewriting(id.clone()));
    }
    if old.populated != new.populated {
        let data = if new.populated { "" } else { " WITH NO DATA" };
        let action = Action::alter(Rank::View, id, format!("REFRESH MATERIALIZED VIEW {id}{data}"));
        builder.push(action.rewriting(id.clone()));
    }
}
