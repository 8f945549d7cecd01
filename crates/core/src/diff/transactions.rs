//! The statements of a plan, and which of them share a transaction.
//!
//! A value that was added to an enum can be used only after a commit (PostgreSQL 12 and newer).

use std::collections::BTreeSet;

use pgmason_model::difference::ChangeStatement;
use pgmason_model::identifier::quote_literal;

use super::builder::Builder;

pub(super) fn statements(builder: &Builder<'_>, order: &[usize]) -> Vec<ChangeStatement> {
    let mut list: Vec<ChangeStatement> = Vec::new();
    let mut transaction = 1;
    let mut pending: BTreeSet<String> = BTreeSet::new();
    let mut used = false;
    for action in order.iter().filter_map(|place| builder.actions.get(*place)) {
        let sql = action.sql();
        let labels = builder.new_labels.get(&action.object);
        let adds = labels.is_some_and(|_| sql.contains(" ADD VALUE "));
        let uses_new = !adds && pending.iter().any(|label| sql.contains(label.as_str()));
        if (action.alone || action.separate || uses_new) && used {
            transaction += 1;
            pending.clear();
        }
        if adds {
            pending.extend(labels.into_iter().flatten().map(|label| quote_literal(label)));
        }
        used = true;
        list.push(ChangeStatement {
            sql,
            object: action.object.clone(),
            action: action.kind,
            transaction,
            alone: action.alone,
            why: action.why.clone(),
            hazards: action.hazards.clone(),
            rewrites: action.rewrites.clone(),
        });
        if action.alone {
            transaction += 1;
            used = false;
            pending.clear();
        }
    }
    list
}
