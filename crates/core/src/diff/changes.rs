//! What differs, in words.

use std::collections::BTreeSet;

use pgmason_model::catalog::Unmodelled;
use pgmason_model::difference::{ChangeKind, ObjectChange, Refusal, Unplanned};
use pgmason_model::{Catalog, Object, ObjectId, ObjectKind};
use serde_json::Value;

use super::context::{self, Context};
use super::kinds::{self, Verdict, table};
use super::owners::owner_of;
use super::states::{State, States};

/// Every object that differs; what is only made anew for another's sake is not among them.
pub(super) fn describe(context: &Context<'_>, states: &States, renamed: &[(ObjectId, ObjectId)]) -> Vec<ObjectChange> {
    let mut changes: Vec<ObjectChange> = renamed
        .iter()
        .map(|(old, new)| ObjectChange {
            object: new.clone(),
            relation: relation_of(context.to, new),
            change: ChangeKind::RenamedFrom(old.clone()),
            details: Vec::new(),
        })
        .collect();
    changes.extend(all(context));
    // A table that is written anew for the order of its columns does not differ in anything else.
    for (id, state) in &states.of {
        if *state == State::Replace && id.kind == ObjectKind::Table && context.from.get(id) == context.to.get(id) {
            if !reordered(context, id) {
                continue;
            }
            changes.push(ObjectChange {
                object: id.clone(),
                relation: None,
                change: ChangeKind::Changed,
                details: vec!["order of columns".to_owned()],
            });
        }
    }
    changes
}

fn reordered(context: &Context<'_>, id: &ObjectId) -> bool {
    let names = |catalog| table::columns(catalog, id).into_iter().map(|(column, _)| column.clone()).collect::<Vec<_>>();
    names(context.from) != names(context.to)
}

pub(super) fn all(context: &Context<'_>) -> Vec<ObjectChange> {
    let mut changes = Vec::new();
    let added = |catalog: &Catalog, id: &ObjectId, change| ObjectChange {
        object: id.clone(),
        relation: relation_of(catalog, id),
        change,
        details: Vec::new(),
    };
    for (id, new) in &context.to.objects {
        if context.platform.contains(id) {
            continue;
        }
        match context.from.get(id) {
            None if comes_with_another(context.to, context.from, id, new) => {}
            None => changes.push(added(context.to, id, ChangeKind::Added)),
            Some(old) if old == new => {}
            Some(old) => {
                if kinds::verdict(context, id, old, new) != Verdict::Same {
                    changes.push(ObjectChange {
                        object: id.clone(),
                        relation: relation_of(context.to, id),
                        change: ChangeKind::Changed,
                        details: details(old, new),
                    });
                }
            }
        }
    }
    for (id, old) in &context.from.objects {
        if context.to.get(id).is_none()
            && !context.platform.contains(id)
            && !comes_with_another(context.from, context.to, id, old)
        {
            changes.push(added(context.from, id, ChangeKind::Removed));
        }
    }
    changes
}

/// The relation of an index.
fn relation_of(catalog: &Catalog, id: &ObjectId) -> Option<ObjectId> {
    match catalog.get(id.of.as_deref().unwrap_or(id))? {
        object @ Object::Index(_) => context::parent(catalog, id.of.as_deref().unwrap_or(id), object),
        _ => None,
    }
}

/// The index of a constraint, and what an owner or everybody may do by itself, are told with what they belong to.
fn comes_with_another(catalog: &Catalog, other: &Catalog, id: &ObjectId, object: &Object) -> bool {
    match object {
        Object::Index(index) => index.constraint.as_ref().is_some_and(|name| {
            let table = &index.table;
            let constraint =
                ObjectId::sub_object(ObjectKind::Constraint, table.schema.clone(), table.name.clone(), name.clone());
            catalog.get(&constraint).is_some() && other.get(&constraint).is_none()
        }),
        Object::Grant(_) => id.of.as_deref().is_some_and(|of| {
            // Everybody may use a new type and call a new function.
            let everybody = id.name == "public" && !matches!(of.kind, ObjectKind::Table | ObjectKind::Schema);
            let owner = catalog.get(of).and_then(owner_of).is_some_and(|owner| *owner == id.name);
            other.get(of).is_none() && (owner || everybody && is_built_in(of.kind, object))
        }),
        _ => false,
    }
}

fn is_built_in(kind: ObjectKind, object: &Object) -> bool {
    let word = if kind == ObjectKind::Function { "EXECUTE" } else { "USAGE" };
    matches!(object, Object::Grant(grant) if grant.privileges.keys().all(|privilege| privilege == word))
}

/// `type name: integer → bigint`, for each fact that differs.
fn details(old: &Object, new: &Object) -> Vec<String> {
    let (Ok(Value::Object(old)), Ok(Value::Object(new))) = (serde_json::to_value(old), serde_json::to_value(new))
    else {
        return Vec::new();
    };
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut list = Vec::new();
    let has_body = old.contains_key("body");
    for key in keys {
        let (before, after) = (old.get(key).unwrap_or(&Value::Null), new.get(key).unwrap_or(&Value::Null));
        if before == after || matches!(key.as_str(), "position" | "user_type") {
            continue;
        }
        let name = key.replace('_', " ");
        if key == "definition" && has_body {
            // The definition of a function is its body and all else that is said here.
            continue;
        }
        if only_white_space(before, after) {
            list.push(format!("{name} (white space only)"));
            continue;
        }
        let (before, after) = (short(before), short(after));
        if before.chars().count() + after.chars().count() > 100 || before.contains('\n') || after.contains('\n') {
            list.push(name);
        } else {
            list.push(format!("{name}: {before} → {after}"));
        }
    }
    list
}

fn only_white_space(before: &Value, after: &Value) -> bool {
    let (Value::String(before), Value::String(after)) = (before, after) else { return false };
    let bare = |text: &str| text.split_whitespace().collect::<String>();
    bare(before) == bare(after)
}

fn short(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Tables whose columns end in another order.
pub(super) fn columns_out_of_order(context: &Context<'_>, states: &States) -> Vec<Unplanned> {
    let tables = table::out_of_order(context).into_iter().filter(|id| !states.goes(id));
    tables
        .map(|id| Unplanned {
            object: id,
            reason: "its columns stand in another order, which only a table written anew can change".to_owned(),
            option: Some("--reorder-columns".to_owned()),
        })
        .collect()
}

/// Gives the columns of `to` the places that they have once the plan ran.
pub(super) fn keep_order(context: &Context<'_>, states: &States, to: &mut Catalog) {
    for id in table::out_of_order(context).into_iter().filter(|id| !states.goes(id)) {
        let stays = |column: &ObjectId| !kinds::column::is_made_again(context, column);
        let mut order: Vec<ObjectId> = table::columns(context.from, &id)
            .into_iter()
            .map(|(column, _)| column.clone())
            .filter(|column| context.to.get(column).is_some() && stays(column))
            .collect();
        let added: Vec<ObjectId> = table::columns(context.to, &id)
            .into_iter()
            .map(|(column, _)| column.clone())
            .filter(|column| !order.contains(column))
            .collect();
        order.extend(added);
        for (place, column) in order.iter().enumerate() {
            if let Some(Object::Column(column)) = to.objects.get_mut(column) {
                column.position = i32::try_from(place + 1).unwrap_or(i32::MAX);
            }
        }
    }
}

/// Objects of kinds without a model that only one side has: a plan would have to make or drop them.
pub(super) fn unmodelled(from: &Catalog, to: &Catalog) -> Vec<Refusal> {
    let of = |catalog: &Catalog| catalog.unmodelled.iter().cloned().collect::<BTreeSet<Unmodelled>>();
    let (old, new) = (of(from), of(to));
    let refuse = |found: &Unmodelled, message: &str| {
        let schema = found.schema.as_ref().map(|schema| format!("{schema}.")).unwrap_or_default();
        Refusal::NotModelled {
            object: format!("{schema}{} ({})", found.name, found.catalog),
            message: message.to_owned(),
        }
    };
    let gone = old
        .difference(&new)
        .map(|found| refuse(found, "it would have to be dropped, and pgmason does not know its kind"));
    let come =
        new.difference(&old).map(|found| refuse(found, "it would have to be made, and pgmason does not know its kind"));
    gone.chain(come).collect()
}
