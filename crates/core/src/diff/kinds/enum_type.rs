//! Enums. A value can be added in place; taking one out, or another order, takes a new type.

use std::collections::BTreeSet;

use pgmason_model::ObjectId;
use pgmason_model::catalog::EnumType;
use pgmason_model::identifier::quote_literal;

use super::{Verdict, type_swap};
use crate::diff::action::{Action, Rank};
use crate::diff::builder::Builder;

pub(super) fn verdict(old: &EnumType, new: &EnumType) -> Verdict {
    let kept: Vec<&String> = new.labels.iter().filter(|label| old.labels.contains(label)).collect();
    if kept.iter().copied().eq(old.labels.iter()) { Verdict::Alter } else { Verdict::Replace }
}

pub(super) fn create(builder: &mut Builder<'_>, id: &ObjectId, new: &EnumType) {
    let labels: Vec<String> = new.labels.iter().map(|label| quote_literal(label)).collect();
    let sql = format!("CREATE TYPE {id} AS ENUM ({})", labels.join(", "));
    type_swap::create(builder, id, sql);
}

pub(super) fn alter(builder: &mut Builder<'_>, id: &ObjectId, old: &EnumType, new: &EnumType) {
    let mut there: BTreeSet<&String> = old.labels.iter().collect();
    for (place, label) in new.labels.iter().enumerate() {
        if there.contains(label) {
            continue;
        }
        // The next one that is there already; after the last there is none.
        let next = new.labels.get(place + 1..).unwrap_or_default().iter().find(|next| there.contains(next));
        let before = next.map(|next| format!(" BEFORE {}", quote_literal(next))).unwrap_or_default();
        let sql = format!("ALTER TYPE {id} ADD VALUE {}{before}", quote_literal(label));
        // Early: what uses the value waits for a commit, and nothing should be taken down by then.
        builder.push(Action::alter(Rank::Rename, id, sql));
        builder.new_labels.entry(id.clone()).or_default().push(label.clone());
        there.insert(label);
    }
}
