//! Objects of one catalog put into another, taken out of it, or given other names there, with all that hangs on them.
//!
//! What is put in belongs to whoever will make it, with the grants that default privileges give it.

use std::collections::BTreeSet;

use pgmason_model::catalog::Grant;
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind};

use super::context;
use super::kinds::grant;
use super::renamed;

/// The object, and what goes when it goes: columns, constraints, indexes, owned sequences, grants, comments.
pub(crate) fn whole(catalog: &Catalog, id: &ObjectId) -> BTreeSet<ObjectId> {
    let mut found = BTreeSet::from([id.clone()]);
    loop {
        let more: Vec<ObjectId> = catalog
            .objects
            .iter()
            .filter(|(id, object)| !found.contains(id) && hangs_on(catalog, id, object, &found))
            .map(|(id, _)| id.clone())
            .collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

fn hangs_on(catalog: &Catalog, id: &ObjectId, object: &Object, whole: &BTreeSet<ObjectId>) -> bool {
    let owned = matches!(object, Object::Sequence(sequence)
        if sequence.owned_by.as_ref().is_some_and(|column| whole.contains(column)));
    owned
        || of_constraint(id, object).is_some_and(|constraint| whole.contains(&constraint))
        || context::parent(catalog, id, object).is_some_and(|parent| whole.contains(&parent))
}

/// The constraint that an index carries.
fn of_constraint(id: &ObjectId, object: &Object) -> Option<ObjectId> {
    let Object::Index(index) = object else { return None };
    let schema = id.schema.clone()?;
    Some(ObjectId::sub_object(ObjectKind::Constraint, schema, index.table.name.clone(), index.constraint.clone()?))
}

/// Puts an object of another catalog in. What it depends on is for [`connect`].
pub(crate) fn put(
    catalog: &mut Catalog,
    other: &Catalog,
    id: &ObjectId,
    creator: &Identifier,
    taken: &mut BTreeSet<ObjectId>,
) {
    let major = catalog.server.major();
    for id in whole(other, id) {
        let Some(object) = other.get(&id) else { continue };
        if id.kind == ObjectKind::Grant || id.kind == ObjectKind::Comment {
            continue;
        }
        let mut object = object.clone();
        if let Object::Column(column) = &mut object
            && !taken.contains(&id.relation(ObjectKind::Table))
        {
            column.position = i32::MAX;
        }
        for (grantee, privileges) in grant::made_with(catalog, creator, major, &id) {
            let grant = ObjectId::grant(id.clone(), grantee);
            catalog.objects.insert(grant, Object::Grant(Grant { privileges }));
        }
        catalog.objects.insert(id.clone(), object);
        taken.insert(id);
    }
}

pub(crate) fn take_out(catalog: &mut Catalog, ids: &BTreeSet<ObjectId>) {
    catalog.objects.retain(|id, _| !ids.contains(id));
    catalog.dependencies.retain(|(dependent, needed)| !ids.contains(dependent) && !ids.contains(needed));
}

pub(crate) fn rename(catalog: &mut Catalog, pairs: &[(ObjectId, ObjectId)]) {
    if !pairs.is_empty() {
        *catalog = renamed::rename(catalog, pairs);
    }
}

/// Gives what was put in its dependencies, and columns their places behind those that are there.
pub(crate) fn connect(catalog: &mut Catalog, other: &Catalog, taken: &BTreeSet<ObjectId>) {
    let edges: Vec<(ObjectId, ObjectId)> = other
        .dependencies
        .iter()
        .filter(|(dependent, needed)| taken.contains(dependent) && catalog.objects.contains_key(needed))
        .cloned()
        .collect();
    catalog.dependencies.extend(edges);
    let tables: Vec<ObjectId> = catalog.of_kind(ObjectKind::Table).map(|(id, _)| id.clone()).collect();
    for table in tables {
        let mut columns: Vec<(i32, ObjectId)> = catalog
            .of_relation(ObjectKind::Column, &table)
            .filter_map(|(id, object)| match object {
                Object::Column(column) => Some((column.position, id.clone())),
                _ => None,
            })
            .collect();
        columns.sort();
        for (place, (_, id)) in columns.iter().enumerate() {
            if let Some(Object::Column(column)) = catalog.objects.get_mut(id) {
                column.position = i32::try_from(place + 1).unwrap_or(i32::MAX);
            }
        }
    }
}
