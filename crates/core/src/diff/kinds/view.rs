//! Views.

use pgmason_model::ObjectId;
use pgmason_model::catalog::View;
use pgmason_model::identifier::quote_literal;

use super::Verdict;
use crate::diff::action::{Action, Rank};
use crate::diff::builder::Builder;

/// CREATE OR REPLACE VIEW can only add columns at the end.
pub(super) fn verdict(old: &View, new: &View) -> Verdict {
    if new.columns.get(..old.columns.len()) == Some(old.columns.as_slice()) { Verdict::Alter } else { Verdict::Replace }
}

pub(super) fn create(builder: &mut Builder<'_>, id: &ObjectId, new: &View) {
    builder.push(Action::create(Rank::View, id, text(id, new, "CREATE VIEW")));
}

fn text(id: &ObjectId, view: &View, head: &str) -> String {
    let options = options(view);
    let list: Vec<String> = options.iter().map(|(name, value)| format!("{name} = {}", quote_literal(value))).collect();
    let with = if list.is_empty() { String::new() } else { format!(" WITH ({})", list.join(", ")) };
    format!("{head} {id}{with} AS\n{}", view.definition.trim_end().trim_end_matches(';'))
}

fn options(view: &View) -> Vec<(&'static str, &str)> {
    let mut list = Vec::new();
    if view.security_invoker {
        list.push(("security_invoker", "true"));
    }
    if view.security_barrier {
        list.push(("security_barrier", "true"));
    }
    if let Some(check) = &view.check_option {
        list.push(("check_option", check.as_str()));
    }
    list
}

pub(super) fn alter(builder: &mut Builder<'_>, id: &ObjectId, old: &View, new: &View) {
    if old.definition != new.definition || old.columns != new.columns {
        // The options are replaced as well.
        builder.push(Action::alter(Rank::View, id, text(id, new, "CREATE OR REPLACE VIEW")));
        return;
    }
    let (before, after) = (options(old), options(new));
    let gone: Vec<&str> =
        before.iter().filter(|(name, _)| after.iter().all(|(kept, _)| kept != name)).map(|(name, _)| *name).collect();
    if !gone.is_empty() {
        builder.push(Action::alter(Rank::View, id, format!("ALTER VIEW {id} RESET ({})", gone.join(", "))));
    }
    let set: Vec<String> = after
        .iter()
        .filter(|option| !before.contains(option))
        .map(|(name, value)| format!("{name} = {}", quote_literal(value)))
        .collect();
    if !set.is_empty() {
        builder.push(Action::alter(Rank::View, id, format!("ALTER VIEW {id} SET ({})", set.join(", "))));
    }
}
