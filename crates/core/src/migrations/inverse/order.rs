//! The order in which objects can be dropped, or made, by what depends on what.

use std::collections::{BTreeMap, BTreeSet};

use pgmason_model::{Catalog, Object, ObjectId, ObjectKind};

/// For dropping: nothing goes while something of the set needs it.
pub(super) fn dependents_first(catalog: &Catalog, set: &BTreeSet<ObjectId>) -> Vec<ObjectId> {
    let mut order = needed_first(catalog, set);
    order.reverse();
    order
}

/// For making: nothing comes before what it needs.
pub(super) fn needed_first(catalog: &Catalog, set: &BTreeSet<ObjectId>) -> Vec<ObjectId> {
    let mut needs: BTreeMap<ObjectId, BTreeSet<ObjectId>> = BTreeMap::new();
    for (dependent, needed) in &catalog.dependencies {
        let (dependent, needed) = (carrier(catalog, set, dependent), carrier(catalog, set, needed));
        if dependent != needed && set.contains(&dependent) && set.contains(&needed) {
            needs.entry(dependent).or_default().insert(needed);
        }
    }
    let mut visit = Visit { needs, seen: BTreeSet::new(), order: Vec::new() };
    let mut ids: Vec<&ObjectId> = set.iter().collect();
    // Bodies of functions are in no dependency: they come early, and go late. Constraints in the order of what they
    // need of each other: keys before foreign keys.
    ids.sort_by_key(|id| (rank(catalog, id), *id));
    for id in ids {
        visit.go(id);
    }
    visit.order
}

struct Visit {
    needs: BTreeMap<ObjectId, BTreeSet<ObjectId>>,
    seen: BTreeSet<ObjectId>,
    order: Vec<ObjectId>,
}

impl Visit {
    fn go(&mut self, id: &ObjectId) {
        if !self.seen.insert(id.clone()) {
            return;
        }
        for needed in self.needs.get(id).cloned().unwrap_or_default() {
            self.go(&needed);
        }
        self.order.push(id.clone());
    }
}

/// The object of the set that something stands or falls with.
fn carrier(catalog: &Catalog, set: &BTreeSet<ObjectId>, id: &ObjectId) -> ObjectId {
    if set.contains(id) {
        return id.clone();
    }
    if let Some(Object::Index(index)) = catalog.get(id) {
        if let Some(constraint) = &index.constraint {
            let constraint = ObjectId::sub_object(
                ObjectKind::Constraint,
                index.table.schema.clone(),
                index.table.name.clone(),
                constraint.clone(),
            );
            return carrier(catalog, set, &constraint);
        }
        return ObjectId::in_schema(ObjectKind::Table, index.table.schema.clone(), index.table.name.clone());
    }
    if let Some(of) = id.of.as_deref() {
        return carrier(catalog, set, of);
    }
    let relation = id.relation(ObjectKind::Table);
    if id.sub.is_some() && set.contains(&relation) { relation } else { id.clone() }
}

fn rank(catalog: &Catalog, id: &ObjectId) -> u8 {
    match id.kind {
        ObjectKind::Schema => 0,
        ObjectKind::Extension => 1,
        ObjectKind::Function => 3,
        ObjectKind::Sequence => 4,
        ObjectKind::Table => 5,
        ObjectKind::Column | ObjectKind::Default => 6,
        ObjectKind::Index => 7,
        ObjectKind::Constraint => match catalog.get(id) {
            Some(Object::Constraint(constraint)) if constraint.references.is_some() => 9,
            _ => 8,
        },
        ObjectKind::View | ObjectKind::MaterializedView => 10,
        ObjectKind::Trigger | ObjectKind::Rule | ObjectKind::Policy => 11,
        ObjectKind::EventTrigger | ObjectKind::Publication | ObjectKind::Subscription => 12,
        ObjectKind::Grant | ObjectKind::DefaultPrivilege => 13,
        ObjectKind::Comment => 14,
        _ => 2,
    }
}
