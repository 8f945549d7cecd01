//! Two catalogs against each other, object by object, where neither side is Prisma's.
//!
//! Owners, versions of extensions, the platform and the tables in which tools keep their history are not compared.

use pgmason_core::diff::{self, DiffOptions};
use pgmason_core::prisma::compare::DifferenceClass;
use pgmason_model::difference::ChangeKind;
use pgmason_model::{Catalog, Object, ObjectId, ObjectKind};

use super::report::{Difference, SourceKind};

pub(super) fn compare(first: &Catalog, second: &Catalog, a: SourceKind, b: SourceKind) -> Vec<Difference> {
    let (first, second) = (comparable(first), comparable(second));
    let plan = diff::plan(&first, &second, &DiffOptions::default());
    let difference = |id: &ObjectId, class: DifferenceClass, details: Vec<String>| Difference {
        class,
        object: id.clone(),
        of: owner_of(id, first.get(id).or(second.get(id))),
        first: a,
        second: b,
        first_has: first.get(id).map(|_| id.kind.label().to_owned()),
        second_has: second.get(id).map(|_| id.kind.label().to_owned()),
        details,
        edit: None,
        defined_at: None,
    };
    let mut list = Vec::new();
    for change in &plan.changes {
        let id = &change.object;
        match &change.change {
            ChangeKind::Added if goes_along(&first, &second, id) => {}
            ChangeKind::Removed if goes_along(&second, &first, id) => {}
            ChangeKind::RenamedFrom(old) => {
                let mut renamed = difference(id, DifferenceClass::NameOnly, Vec::new());
                renamed.first_has = Some(old.to_string());
                renamed.second_has = Some(id.to_string());
                list.push(renamed);
            }
            _ => list.push(difference(id, DifferenceClass::Drift, change.details.clone())),
        }
    }
    for left in plan.left.iter().filter(|left| left.object.kind == ObjectKind::Table) {
        if !list.iter().any(|known| known.object == left.object) {
            list.push(difference(&left.object, DifferenceClass::Drift, vec!["order of columns".to_owned()]));
        }
    }
    list.sort_by(|a, b| (&a.of, &a.object).cmp(&(&b.of, &b.object)));
    list
}

/// Without what is nobody's difference.
fn comparable(catalog: &Catalog) -> Catalog {
    let mut kept = catalog.clone();
    kept.objects.retain(|id, object| is_told(id, object));
    kept.dependencies.retain(|(dependent, needed)| !is_history(dependent) && !is_history(needed));
    for object in kept.objects.values_mut() {
        match object {
            Object::Extension(extension) => {
                extension.version.clear();
                extension.stand_in = false;
            }
            Object::MaterializedView(view) => view.populated = true,
            _ => {}
        }
    }
    kept
}

/// False for what is nobody's difference: histories of tools, what an extension brings along.
pub(crate) fn is_told(id: &ObjectId, object: &Object) -> bool {
    let of_history = matches!(object, Object::Index(index) if index.table.name == *"_prisma_migrations");
    // An extension brings its comment along.
    let of_extension = id.of.as_deref().is_some_and(|of| of.kind == ObjectKind::Extension);
    !of_history && !of_extension && !is_history(id)
}

/// Where other tools write down what they ran.
fn is_history(id: &ObjectId) -> bool {
    let schema = if id.kind == ObjectKind::Schema { Some(&id.name) } else { id.schema.as_ref() };
    schema.is_some_and(|schema| *schema == *"supabase_migrations")
        || (id.schema.is_some() && id.name == *"_prisma_migrations")
        || id.of.as_deref().is_some_and(is_history)
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
pub(crate) fn owner_of(id: &ObjectId, object: Option<&Object>) -> ObjectId {
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
