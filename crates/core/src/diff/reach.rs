//! What of two schemas a plan can reach: the objects that it changes, what they need, and what depends on them.
//!
//! A table that is only needed comes with its columns and keys, not with what hangs on it otherwise: a foreign key of a
//! foreign key would pull the whole schema in.

use std::collections::{BTreeMap, BTreeSet};

use pgmason_model::difference::{ChangeKind, DifferencePlan};
use pgmason_model::{Catalog, Object, ObjectId, ObjectKind};

/// The same catalogs with nothing in them that the plan cannot reach.
pub fn reached(plan: &DifferencePlan, from: &Catalog, to: &Catalog) -> (Catalog, Catalog) {
    let sides = [Edges::of(from), Edges::of(to)];
    let mut reach = Reach { sides: &sides, needed: BTreeSet::new(), whole: BTreeSet::new() };
    let mut changed: Vec<ObjectId> = Vec::new();
    for change in &plan.changes {
        changed.push(change.object.clone());
        if let ChangeKind::RenamedFrom(old) = &change.change {
            changed.push(old.clone());
        }
    }
    changed.extend(plan.statements.iter().map(|statement| statement.object.clone()));
    let mut known = BTreeSet::new();
    while let Some(id) = changed.pop() {
        let id = id.of.as_deref().cloned().unwrap_or(id);
        if !known.insert(id.clone()) {
            continue;
        }
        reach.whole(&id);
        for side in &sides {
            changed.extend(side.dependents.get(&id).into_iter().flatten().map(|dependent| (*dependent).clone()));
        }
    }
    (reach.cut(from), reach.cut(to))
}

/// A catalog's dependencies both ways, and what hangs on each relation.
struct Edges<'a> {
    catalog: &'a Catalog,
    needs: BTreeMap<&'a ObjectId, Vec<&'a ObjectId>>,
    dependents: BTreeMap<&'a ObjectId, Vec<&'a ObjectId>>,
    /// Columns, constraints, indexes, policies … by the table or view (as a table's id).
    parts: BTreeMap<ObjectId, Vec<&'a ObjectId>>,
}

impl<'a> Edges<'a> {
    fn of(catalog: &'a Catalog) -> Self {
        let mut edges = Self { catalog, needs: BTreeMap::new(), dependents: BTreeMap::new(), parts: BTreeMap::new() };
        for (dependent, needed) in &catalog.dependencies {
            edges.needs.entry(dependent).or_default().push(needed);
            edges.dependents.entry(needed).or_default().push(dependent);
        }
        for (id, object) in &catalog.objects {
            if let Some(relation) = relation_of(id, object) {
                edges.parts.entry(relation).or_default().push(id);
            }
        }
        edges
    }
}

/// As a table's id, whatever the relation is.
fn relation_of(id: &ObjectId, object: &Object) -> Option<ObjectId> {
    match object {
        Object::Index(index) => {
            Some(ObjectId::in_schema(ObjectKind::Table, index.table.schema.clone(), index.table.name.clone()))
        }
        Object::Column(_)
        | Object::Default(_)
        | Object::Constraint(_)
        | Object::Trigger(_)
        | Object::Rule(_)
        | Object::Policy(_) => Some(id.relation(ObjectKind::Table)),
        _ => None,
    }
}

struct Reach<'a> {
    sides: &'a [Edges<'a>; 2],
    needed: BTreeSet<ObjectId>,
    whole: BTreeSet<ObjectId>,
}

impl Reach<'_> {
    /// An object with all that hangs on it.
    fn whole(&mut self, id: &ObjectId) {
        self.need(id);
        let sides = self.sides;
        for side in sides {
            let Some(object) = side.catalog.get(id) else { continue };
            let relation = match object {
                Object::Table(_) | Object::View(_) | Object::MaterializedView(_) => {
                    Some(id.relation(ObjectKind::Table))
                }
                _ => relation_of(id, object),
            };
            let Some(relation) = relation else { continue };
            if self.whole.insert(relation.clone()) {
                for part in side.parts.get(&relation).into_iter().flatten() {
                    self.need(part);
                }
                // The other side may have other parts.
                for other in sides {
                    for part in other.parts.get(&relation).into_iter().flatten() {
                        self.need(part);
                    }
                }
            }
        }
    }

    /// An object with what it cannot be without.
    fn need(&mut self, id: &ObjectId) {
        let mut queue = vec![id.clone()];
        while let Some(id) = queue.pop() {
            if !self.needed.insert(id.clone()) {
                continue;
            }
            if let Some(schema) = &id.schema {
                queue.push(ObjectId::global(ObjectKind::Schema, schema.clone()));
            }
            for side in self.sides {
                let Some(object) = side.catalog.get(&id) else { continue };
                queue.extend(side.needs.get(&id).into_iter().flatten().map(|needed| (*needed).clone()));
                if let Some(relation) = relation_of(&id, object) {
                    let kinds = [ObjectKind::Table, ObjectKind::View, ObjectKind::MaterializedView];
                    let found = kinds.map(|kind| ObjectId { kind, ..relation.clone() });
                    queue.extend(found.into_iter().filter(|id| side.catalog.get(id).is_some()));
                }
                if id.kind == ObjectKind::Table {
                    let parts = side.parts.get(&id).into_iter().flatten();
                    queue.extend(parts.filter(|part| is_of_the_table(side.catalog, part)).map(|part| (*part).clone()));
                }
                if id.kind == ObjectKind::DomainType {
                    let constraints = side.catalog.of_relation(ObjectKind::DomainConstraint, &id);
                    queue.extend(constraints.map(|(id, _)| id.clone()));
                }
            }
        }
    }

    fn cut(&self, catalog: &Catalog) -> Catalog {
        let owned = self.owned(catalog);
        let keeps = |id: &ObjectId| match id.kind {
            // They act on whatever is made.
            ObjectKind::DefaultPrivilege => true,
            ObjectKind::Grant | ObjectKind::Comment => {
                id.of.as_deref().is_some_and(|of| self.needed.contains(of) || owned.contains(of))
            }
            ObjectKind::Sequence => self.needed.contains(id) || owned.contains(id),
            _ => self.needed.contains(id) || catalog.is_platform(id),
        };
        let mut cut = Catalog { unmodelled: Vec::new(), statistics: None, ..catalog.clone() };
        cut.objects.retain(|id, _| keeps(id));
        let there = &cut.objects;
        cut.dependencies.retain(|(dependent, needed)| there.contains_key(dependent) && there.contains_key(needed));
        cut
    }

    /// Sequences of columns that are there.
    fn owned(&self, catalog: &Catalog) -> BTreeSet<ObjectId> {
        let edges = catalog.dependencies.iter();
        edges
            .filter(|(dependent, needed)| {
                dependent.kind == ObjectKind::Sequence
                    && needed.kind == ObjectKind::Column
                    && self.needed.contains(needed)
            })
            .map(|(dependent, _)| dependent.clone())
            .collect()
    }
}

/// Part of the table itself, or a key that others refer to.
fn is_of_the_table(catalog: &Catalog, id: &ObjectId) -> bool {
    match catalog.get(id) {
        Some(Object::Column(_) | Object::Default(_)) => true,
        Some(Object::Constraint(constraint)) => constraint.references.is_none(),
        _ => false,
    }
}
