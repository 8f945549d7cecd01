//! The statements of a plan, and which of them share a transaction.
//!
//! A value that was added to an enum can be used only after a commit (PostgreSQL 12 and newer): where the plan does, the
//! commit comes as soon as the values are there, before anything else is taken down.

use pgmason_model::difference::ChangeStatement;
use pgmason_model::identifier::quote_literal;

use super::action::Action;
use super::builder::Builder;

pub(super) fn statements(builder: &Builder<'_>, order: &[usize]) -> Vec<ChangeStatement> {
    let actions: Vec<&Action> = order.iter().filter_map(|place| builder.actions.get(*place)).collect();
    let uses_new_values = uses_new_values(builder, &actions);
    let mut list: Vec<ChangeStatement> = Vec::new();
    let mut transaction = 1;
    let mut used = false;
    let mut after_values = false;
    for action in actions {
        let adds = adds_value(builder, action);
        if (action.alone || action.separate || after_values && !adds) && used {
            transaction += 1;
        }
        after_values = adds && uses_new_values;
        used = true;
        list.push(ChangeStatement {
            sql: action.sql(),
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
        }
    }
    list
}

fn adds_value(builder: &Builder<'_>, action: &Action) -> bool {
    builder.new_labels.contains_key(&action.object) && action.sql().contains(" ADD VALUE ")
}

/// A statement has a new value in its text. It may mean something else; a commit too many does no harm.
fn uses_new_values(builder: &Builder<'_>, actions: &[&Action]) -> bool {
    let labels: Vec<String> = builder.new_labels.values().flatten().map(|label| quote_literal(label)).collect();
    let others = actions.iter().filter(|action| !labels.is_empty() && !adds_value(builder, action));
    others.into_iter().any(|action| {
        let sql = action.sql();
        labels.iter().any(|label| sql.contains(label.as_str()))
    })
}
