//! Composite types: attributes can be added, dropped and, where no column has the type, converted.

use pgmason_model::catalog::{Attribute, CompositeType};
use pgmason_model::difference::HazardKind;
use pgmason_model::{Object, ObjectId, ObjectKind};

use super::{Verdict, type_swap};
use crate::diff::action::{Action, Rank};
use crate::diff::builder::{Builder, hazard};
use crate::diff::context::Context;

pub(super) fn verdict(context: &Context<'_>, id: &ObjectId, old: &CompositeType, new: &CompositeType) -> Verdict {
    let name = |attribute: &Attribute| attribute.name.clone();
    let kept: Vec<_> =
        old.attributes.iter().filter(|one| new.attributes.iter().any(|new| new.name == one.name)).collect();
    // Attributes can only be added at the end.
    let in_order = kept.iter().map(|one| name(one)).eq(new.attributes.iter().take(kept.len()).map(name));
    let converted = kept.iter().any(|one| !new.attributes.contains(one));
    let stored = context.old.dependents_of(id).iter().any(|dependent| dependent.kind == ObjectKind::Column);
    // ALTER TYPE … CASCADE converts the columns of typed tables, but not columns of the type.
    if in_order && !(converted && stored) { Verdict::Alter } else { Verdict::Replace }
}

pub(super) fn create(builder: &mut Builder<'_>, id: &ObjectId, new: &CompositeType) {
    let attributes: Vec<String> = new.attributes.iter().map(attribute).collect();
    type_swap::create(builder, id, format!("CREATE TYPE {id} AS ({})", attributes.join(", ")));
}

pub(super) fn alter(builder: &mut Builder<'_>, id: &ObjectId, old: &CompositeType, new: &CompositeType) {
    let tables = typed_tables(builder, id);
    let cascade = if tables.is_empty() { "" } else { " CASCADE" };
    // Columns of typed tables come and change with their type.
    let columns = |attribute: &Attribute| {
        let name = attribute.name.clone();
        let of =
            move |table: &ObjectId| ObjectId { kind: ObjectKind::Column, sub: Some(name.clone()), ..table.clone() };
        tables.iter().map(of).collect::<Vec<_>>()
    };
    for gone in old.attributes.iter().filter(|one| new.attributes.iter().all(|new| new.name != one.name)) {
        let stored = builder.context.old.dependents_of(id).iter().any(|dependent| dependent.kind == ObjectKind::Column)
            || !tables.is_empty();
        let sql = format!("ALTER TYPE {id} DROP ATTRIBUTE {}{cascade}", gone.name);
        let mut action = Action::alter(Rank::Type, id, sql);
        action.removes.extend(columns(gone));
        if stored {
            let word = format!("the values of attribute {} of type {id} are lost", gone.name);
            action = action.hazard(builder.loses("drop-attribute", id, word));
        }
        builder.push(action);
    }
    for wanted in &new.attributes {
        match old.attributes.iter().find(|one| one.name == wanted.name) {
            None => {
                let sql = format!("ALTER TYPE {id} ADD ATTRIBUTE {}{cascade}", attribute(wanted));
                let mut action = Action::alter(Rank::Type, id, sql);
                action.makes.extend(columns(wanted));
                builder.push(action);
            }
            Some(one) if one != wanted => {
                let collation = wanted.collation.as_ref().map(|name| format!(" COLLATE {name}")).unwrap_or_default();
                let sql = format!(
                    "ALTER TYPE {id} ALTER ATTRIBUTE {} SET DATA TYPE {}{collation}{cascade}",
                    wanted.name, wanted.type_name
                );
                let word =
                    hazard(HazardKind::MayFail, format!("fails where a value is stored in a column of type {id}"));
                let mut action = Action::alter(Rank::Type, id, sql).hazard(word);
                action.makes.extend(columns(wanted));
                action.rewrites.extend(tables.iter().cloned());
                builder.push(action);
            }
            Some(_) => {}
        }
    }
}

fn attribute(one: &Attribute) -> String {
    let collation = one.collation.as_ref().map(|name| format!(" COLLATE {name}")).unwrap_or_default();
    format!("{} {}{collation}", one.name, one.type_name)
}

/// Tables of the type that stay tables of it.
fn typed_tables(builder: &Builder<'_>, id: &ObjectId) -> Vec<ObjectId> {
    let is_of_type = |object: Option<&Object>| matches!(object, Some(Object::Table(table)) if table.of_type.is_some());
    let dependents =
        builder.context.old.dependents_of(id).iter().filter(|dependent| dependent.kind == ObjectKind::Table);
    dependents
        .filter(|table| is_of_type(builder.old(table)) && is_of_type(builder.new_object(table)))
        .map(|table| (*table).clone())
        .collect()
}
