//! ALTER DEFAULT PRIVILEGES.

use std::collections::BTreeMap;

use pgmason_model::difference::ActionKind;
use pgmason_model::{Object, ObjectId, ObjectKind};

use super::grant::{Privileges, Target, changes};
use crate::diff::action::{Action, Rank};
use crate::diff::builder::Builder;

pub(super) fn change(builder: &mut Builder<'_>, id: &ObjectId) {
    let of = |object: Option<&Object>| match object {
        Some(Object::DefaultPrivilege(found)) => Some(found.clone()),
        _ => None,
    };
    let (old, new) = (of(builder.old(id)), of(builder.new_object(id)));
    let Some(known) = new.as_ref().or(old.as_ref()) else { return };
    let built_in = built_in(builder, id, &known.object_type, &known.grantee);
    let before = old.as_ref().map_or_else(|| built_in.clone(), |found| found.privileges.clone());
    let after = new.as_ref().map_or_else(|| built_in.clone(), |found| found.privileges.clone());
    let schema = id.schema.as_ref().map(|schema| format!(" IN SCHEMA {schema}")).unwrap_or_default();
    let target = Target { name: format!("{}S", known.object_type.to_uppercase()), column: None };
    for statement in changes(&target, &known.grantee, &before, &after) {
        let sql = format!("ALTER DEFAULT PRIVILEGES FOR ROLE {}{schema} {statement}", id.name);
        let mut action = Action::new(ActionKind::Alter, Rank::DefaultPrivilege, id, sql);
        if let Some(schema) = &id.schema {
            let schema = ObjectId::global(ObjectKind::Schema, schema.clone());
            if new.is_some() {
                action.needs.insert(schema);
            } else if builder.states.goes(&schema) {
                // With its schema.
                continue;
            }
        }
        builder.actions.push(action);
    }
}

/// What is made gets the privileges that are the default then: all of them are set first.
pub(in crate::diff) fn before_all(builder: &mut Builder<'_>) {
    let places: Vec<(usize, bool)> = builder
        .actions
        .iter()
        .enumerate()
        .filter(|(_, action)| action.object.kind == ObjectKind::DefaultPrivilege)
        .map(|(place, action)| (place, action.object.schema.is_some()))
        .collect();
    for action in &mut builder.actions {
        if action.kind == ActionKind::Create && super::grant::is_grantable(action.object.kind) {
            let is_schema = action.object.kind == ObjectKind::Schema;
            action
                .after
                .extend(places.iter().filter(|(_, of_schema)| !(is_schema && *of_schema)).map(|(place, _)| place));
        }
    }
}

/// What a grantee has without any entry: a list of all schemas replaces it as a whole, one of a single schema adds to it.
fn built_in(
    builder: &Builder<'_>,
    id: &ObjectId,
    object_type: &str,
    grantee: &pgmason_model::Identifier,
) -> Privileges {
    if id.schema.is_some() {
        return BTreeMap::new();
    }
    let list = |words: &[&str]| words.iter().map(|word| ((*word).to_owned(), false)).collect();
    let is_owner = *grantee == id.name;
    let is_public = *grantee == "public";
    match object_type {
        "function" if is_owner || is_public => list(&["EXECUTE"]),
        "type" if is_owner || is_public => list(&["USAGE"]),
        "table" if is_owner => super::grant::all_of(ObjectKind::Table, builder.major()),
        "sequence" if is_owner => super::grant::all_of(ObjectKind::Sequence, builder.major()),
        "schema" if is_owner => super::grant::all_of(ObjectKind::Schema, builder.major()),
        _ => BTreeMap::new(),
    }
}
