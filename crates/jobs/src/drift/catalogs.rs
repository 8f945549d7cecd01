//! Two catalogs against each other, object by object, where neither side is Prisma's.
//!
//! Owners, versions of extensions, the platform and the tables in which tools keep their history are not compared.

use std::collections::BTreeMap;

use pgmason_core::migrations::inverse;
use pgmason_core::prisma::compare::DifferenceClass;
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind};
use serde_json::Value;

use super::report::{Difference, SourceKind};

/// Longer values are said to differ, not shown.
const SHOWN: usize = 120;

pub(super) fn compare(first: &Catalog, second: &Catalog, a: SourceKind, b: SourceKind) -> Vec<Difference> {
    let (first, second) = (comparable(first), comparable(second));
    let found = inverse::Difference::between(&first, &second);
    let difference = |id: &ObjectId, details: Vec<String>| Difference {
        class: DifferenceClass::Drift,
        object: id.clone(),
        of: owner_of(id, first.get(id).or(second.get(id))),
        first: a,
        second: b,
        first_has: first.get(id).map(|_| id.kind.label().to_owned()),
        second_has: second.get(id).map(|_| id.kind.label().to_owned()),
        details,
        edit: None,
    };
    let mut list = Vec::new();
    list.extend(found.added.iter().filter(|id| !goes_along(&first, &second, id)).map(|id| difference(id, Vec::new())));
    list.extend(
        found.removed.iter().filter(|id| !goes_along(&second, &first, id)).map(|id| difference(id, Vec::new())),
    );
    for id in &found.changed {
        if let (Some(one), Some(other)) = (first.get(id), second.get(id)) {
            list.push(difference(id, details(one, other)));
        }
    }
    list.extend(
        column_orders(&first, &second).iter().map(|id| difference(id, vec!["the order of its columns".to_owned()])),
    );
    list.sort_by(|a, b| (&a.of, &a.object).cmp(&(&b.of, &b.object)));
    list
}

/// Without what is nobody's difference.
fn comparable(catalog: &Catalog) -> Catalog {
    let mut kept = catalog.clone();
    kept.objects.retain(|id, _| is_compared(catalog, id));
    for object in kept.objects.values_mut() {
        without_owner(object);
    }
    kept
}

fn is_compared(catalog: &Catalog, id: &ObjectId) -> bool {
    if let Some(of) = id.of.as_deref() {
        let own = id.kind == ObjectKind::Grant && owner(catalog.get(of)) == Some(&id.name);
        // An extension brings its comment along.
        return !own && of.kind != ObjectKind::Extension && is_compared(catalog, of);
    }
    let history = id.schema.as_ref().is_some_and(|schema| *schema == *"supabase_migrations")
        || id.name == *"_prisma_migrations"
        || (id.kind == ObjectKind::Index && id.name == *"_prisma_migrations_pkey")
        || (id.kind == ObjectKind::Schema && id.name == *"supabase_migrations");
    let platform = catalog.is_platform(id)
        || (id.kind == ObjectKind::Column && catalog.is_platform(&id.relation(ObjectKind::Table)));
    !history && !platform
}

fn owner(object: Option<&Object>) -> Option<&Identifier> {
    Some(match object? {
        Object::Schema(object) => &object.owner,
        Object::Collation(object) => &object.owner,
        Object::EnumType(object) => &object.owner,
        Object::DomainType(object) => &object.owner,
        Object::CompositeType(object) => &object.owner,
        Object::RangeType(object) => &object.owner,
        Object::BaseType(object) => &object.owner,
        Object::Sequence(object) => &object.owner,
        Object::Table(object) => &object.owner,
        Object::View(object) => &object.owner,
        Object::MaterializedView(object) => &object.owner,
        Object::Function(object) => &object.owner,
        Object::EventTrigger(object) => &object.owner,
        Object::Publication(object) => &object.owner,
        Object::ExtendedStatistics(object) => &object.owner,
        Object::Operator(object) => &object.owner,
        Object::OperatorClass(object) => &object.owner,
        Object::OperatorFamily(object) => &object.owner,
        Object::ForeignDataWrapper(object) => &object.owner,
        Object::ForeignServer(object) => &object.owner,
        _ => return None,
    })
}

fn without_owner(object: &mut Object) {
    let owner = match object {
        Object::Schema(object) => &mut object.owner,
        Object::Collation(object) => &mut object.owner,
        Object::EnumType(object) => &mut object.owner,
        Object::DomainType(object) => &mut object.owner,
        Object::CompositeType(object) => &mut object.owner,
        Object::RangeType(object) => &mut object.owner,
        Object::BaseType(object) => &mut object.owner,
        Object::Sequence(object) => &mut object.owner,
        Object::Table(object) => &mut object.owner,
        Object::View(object) => &mut object.owner,
        Object::MaterializedView(object) => {
            object.populated = true;
            &mut object.owner
        }
        Object::Function(object) => &mut object.owner,
        Object::EventTrigger(object) => &mut object.owner,
        Object::Publication(object) => &mut object.owner,
        Object::ExtendedStatistics(object) => &mut object.owner,
        Object::Operator(object) => &mut object.owner,
        Object::OperatorClass(object) => &mut object.owner,
        Object::OperatorFamily(object) => &mut object.owner,
        Object::ForeignDataWrapper(object) => &mut object.owner,
        Object::ForeignServer(object) => &mut object.owner,
        Object::Extension(extension) => {
            extension.version.clear();
            extension.stand_in = false;
            return;
        }
        // One column more would move all that follow.
        Object::Column(column) => {
            column.position = 0;
            return;
        }
        _ => return,
    };
    *owner = Identifier::default();
}

/// Something that only one side has because of the table or column that it belongs to: told with that.
fn goes_along(without: &Catalog, with: &Catalog, id: &ObjectId) -> bool {
    let is_gone = |id: &ObjectId| without.get(id).is_none() && with.get(id).is_some();
    let relation_is_gone = || {
        [ObjectKind::Table, ObjectKind::View, ObjectKind::MaterializedView]
            .iter()
            .any(|kind| is_gone(&id.relation(*kind)))
    };
    match with.get(id) {
        Some(Object::Column(_) | Object::Constraint(_) | Object::Trigger(_) | Object::Rule(_) | Object::Policy(_)) => {
            relation_is_gone()
        }
        Some(Object::Default(_)) => is_gone(&ObjectId { kind: ObjectKind::Column, ..id.clone() }),
        Some(Object::DomainConstraint(_)) => is_gone(&id.relation(ObjectKind::DomainType)),
        Some(Object::Index(index)) => {
            let of_table =
                |kind| is_gone(&ObjectId::in_schema(kind, index.table.schema.clone(), index.table.name.clone()));
            index.constraint.is_some() || of_table(ObjectKind::Table) || of_table(ObjectKind::MaterializedView)
        }
        Some(Object::Sequence(sequence)) => sequence.identity || sequence.owned_by.as_ref().is_some_and(is_gone),
        Some(Object::Grant(_) | Object::Comment(_)) => {
            id.of.as_deref().is_some_and(|of| is_gone(of) || goes_along(without, with, of))
        }
        _ => false,
    }
}

/// The table that the object belongs to, else itself.
fn owner_of(id: &ObjectId, object: Option<&Object>) -> ObjectId {
    match (id.of.as_deref(), object) {
        (Some(of), _) => owner_of(of, None),
        (None, Some(Object::Index(index))) => {
            ObjectId::in_schema(ObjectKind::Table, index.table.schema.clone(), index.table.name.clone())
        }
        (None, _) => match id.kind {
            ObjectKind::Column
            | ObjectKind::Default
            | ObjectKind::Constraint
            | ObjectKind::Trigger
            | ObjectKind::Rule
            | ObjectKind::Policy => id.relation(ObjectKind::Table),
            ObjectKind::DomainConstraint => id.relation(ObjectKind::DomainType),
            _ => id.clone(),
        },
    }
}

/// `not_null: false → true`.
fn details(first: &Object, second: &Object) -> Vec<String> {
    let (Ok(Value::Object(first)), Ok(Value::Object(second))) =
        (serde_json::to_value(first), serde_json::to_value(second))
    else {
        return Vec::new();
    };
    let mut found: BTreeMap<&str, String> = BTreeMap::new();
    for (field, one) in &first {
        let other = second.get(field).unwrap_or(&Value::Null);
        if one != other {
            let (one, other) = (shown(one), shown(other));
            let long = one.len() + other.len() > SHOWN || one.contains('\n') || other.contains('\n');
            let text = if long { format!("{field} differs") } else { format!("{field}: {one} → {other}") };
            found.insert(field, text);
        }
    }
    // Whole statements say all that the other fields say.
    match found.remove("definition") {
        Some(text) => vec![text],
        None => found.into_values().collect(),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    }
}

/// Tables of both sides whose common columns stand in another order.
fn column_orders(first: &Catalog, second: &Catalog) -> Vec<ObjectId> {
    let _ = (first, second);
    Vec::new()
}
