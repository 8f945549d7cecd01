//! Subscriptions. None of the statements goes to the publisher: slots there are its own affair.

use pgmason_model::ObjectId;
use pgmason_model::catalog::Subscription;
use pgmason_model::identifier::quote_literal;

use crate::diff::action::{Action, Rank};
use crate::diff::builder::Builder;

pub(super) fn create(builder: &mut Builder<'_>, id: &ObjectId, new: &Subscription) {
    let Some(connection) = &new.connection else {
        builder.not_modelled(id, "its connection may be read by a superuser only");
        return;
    };
    let mut options = vec!["connect = false".to_owned(), format!("slot_name = {}", slot(new))];
    options.extend(settings(new).into_iter().map(|(name, value)| format!("{name} = {value}")));
    let sql = format!(
        "CREATE SUBSCRIPTION {id} CONNECTION {} PUBLICATION {} WITH ({})",
        quote_literal(connection),
        publications(new),
        options.join(", ")
    );
    let mut action = Action::create(Rank::Publication, id, sql);
    action.why = Some("its password, which is not read, and its slot on the publisher are yours to set".to_owned());
    builder.push(action);
    if new.enabled {
        builder.push(Action::alter(Rank::Publication, id, format!("ALTER SUBSCRIPTION {id} ENABLE")));
    }
}

pub(super) fn alter(builder: &mut Builder<'_>, id: &ObjectId, old: &Subscription, new: &Subscription) {
    let mut change = |text: String| {
        builder.push(Action::alter(Rank::Publication, id, format!("ALTER SUBSCRIPTION {id} {text}")));
    };
    if old.enabled && !new.enabled {
        change("DISABLE".to_owned());
    }
    if let Some(connection) = new.connection.as_ref().filter(|_| old.connection != new.connection) {
        change(format!("CONNECTION {}", quote_literal(connection)));
    }
    if old.publications != new.publications {
        change(format!("SET PUBLICATION {} WITH (refresh = false)", publications(new)));
    }
    let before = settings(old);
    let mut changed: Vec<String> = settings(new)
        .into_iter()
        .filter(|setting| !before.contains(setting))
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    if old.slot_name != new.slot_name {
        changed.insert(0, format!("slot_name = {}", slot(new)));
    }
    if !changed.is_empty() {
        change(format!("SET ({})", changed.join(", ")));
    }
    if !old.enabled && new.enabled {
        change("ENABLE".to_owned());
    }
}

/// Without its slot, dropping it asks nothing of the publisher, and runs inside a transaction.
pub(super) fn drop(builder: &mut Builder<'_>, id: &ObjectId, old: &Subscription) {
    if old.enabled {
        let action = Action::alter(Rank::DropPart, id, format!("ALTER SUBSCRIPTION {id} DISABLE"));
        builder.actions.push(action);
    }
    let mut last = builder.actions.len().checked_sub(1).filter(|_| old.enabled);
    if old.slot_name.is_some() {
        let mut action = Action::alter(Rank::DropPart, id, format!("ALTER SUBSCRIPTION {id} SET (slot_name = NONE)"));
        action.after.extend(last);
        action.why = Some("its slot on the publisher stays, and has to be dropped there".to_owned());
        action.makes.clear();
        builder.actions.push(action);
        last = Some(builder.actions.len() - 1);
    }
    let mut action = Action::drop(Rank::DropPart, id, format!("DROP SUBSCRIPTION {id}"));
    action.after.extend(last);
    builder.push(action);
}

fn slot(subscription: &Subscription) -> String {
    subscription.slot_name.as_ref().map_or_else(|| "NONE".to_owned(), |name| quote_literal(name))
}

fn publications(subscription: &Subscription) -> String {
    let names: Vec<String> = subscription
        .publications
        .iter()
        .map(|name| pgmason_model::Identifier::from(name.as_str()).to_string())
        .collect();
    names.join(", ")
}

fn settings(subscription: &Subscription) -> Vec<(&'static str, String)> {
    let mut list = Vec::new();
    if let Some(commit) = &subscription.synchronous_commit {
        list.push(("synchronous_commit", quote_literal(commit)));
    }
    for (name, value) in [
        ("binary", subscription.binary),
        ("two_phase", subscription.two_phase),
        ("disable_on_error", subscription.disable_on_error),
        ("password_required", subscription.password_required),
        ("run_as_owner", subscription.run_as_owner),
        ("failover", subscription.failover),
    ] {
        if let Some(value) = value {
            list.push((name, value.to_string()));
        }
    }
    for (name, value) in [("streaming", &subscription.streaming), ("origin", &subscription.origin)] {
        if let Some(value) = value {
            list.push((name, value.clone()));
        }
    }
    list
}
