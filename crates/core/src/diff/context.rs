//! The two catalogs, and what each of their objects needs.

use std::collections::{BTreeSet, HashMap};

use pgmason_model::catalog::Sequence;
use pgmason_model::{Catalog, Object, ObjectId, ObjectKind};

use super::DiffOptions;

pub(super) struct Context<'a> {
    pub(super) from: &'a Catalog,
    pub(super) to: &'a Catalog,
    pub(super) options: &'a DiffOptions,
    pub(super) platform: &'a BTreeSet<ObjectId>,
    pub(super) old: Needs<'a>,
    pub(super) new: Needs<'a>,
}

impl<'a> Context<'a> {
    pub(super) fn new(
        from: &'a Catalog,
        to: &'a Catalog,
        options: &'a DiffOptions,
        platform: &'a BTreeSet<ObjectId>,
    ) -> Self {
        Self { from, to, options, platform, old: Needs::of(from), new: Needs::of(to) }
    }

    pub(super) fn major(&self) -> u32 {
        self.to.server.major()
    }
}

/// Who needs whom in one catalog: pg_depend's edges, and those that names imply.
pub(super) struct Needs<'a> {
    catalog: &'a Catalog,
    needs: HashMap<&'a ObjectId, Vec<&'a ObjectId>>,
    dependents: HashMap<&'a ObjectId, Vec<&'a ObjectId>>,
    /// Sequences by the column that they belong to.
    sequences: HashMap<&'a ObjectId, Vec<&'a ObjectId>>,
    /// Everything that hangs on a relation, a domain or another object by its name.
    parts: HashMap<ObjectId, Vec<&'a ObjectId>>,
}

impl<'a> Needs<'a> {
    fn of(catalog: &'a Catalog) -> Self {
        let mut found = Self {
            catalog,
            needs: HashMap::new(),
            dependents: HashMap::new(),
            sequences: HashMap::new(),
            parts: HashMap::new(),
        };
        for (dependent, needed) in &catalog.dependencies {
            // A sequence does not need its column: what ties it is a statement of its own.
            if dependent.kind == ObjectKind::Sequence && needed.kind == ObjectKind::Column {
                continue;
            }
            found.needs.entry(dependent).or_default().push(needed);
            found.dependents.entry(needed).or_default().push(dependent);
        }
        for (id, object) in &catalog.objects {
            if let Object::Sequence(Sequence { owned_by: Some(column), .. }) = object {
                found.sequences.entry(column).or_default().push(id);
            }
            if let Some(parent) = parent(catalog, id, object) {
                found.parts.entry(parent).or_default().push(id);
            }
        }
        found
    }

    /// What the object needs directly, its parent not counted.
    pub(super) fn needed_by(&self, id: &ObjectId) -> &[&'a ObjectId] {
        self.needs.get(id).map_or(&[], Vec::as_slice)
    }

    /// What needs the object directly, its parts not counted.
    pub(super) fn dependents_of(&self, id: &ObjectId) -> &[&'a ObjectId] {
        self.dependents.get(id).map_or(&[], Vec::as_slice)
    }

    /// What hangs on the object: columns, constraints, indexes, triggers, policies, grants, comments.
    pub(super) fn parts_of(&self, id: &ObjectId) -> &[&'a ObjectId] {
        self.parts.get(id).map_or(&[], Vec::as_slice)
    }

    pub(super) fn sequences_of(&self, column: &ObjectId) -> &[&'a ObjectId] {
        self.sequences.get(column).map_or(&[], Vec::as_slice)
    }

    /// The sequence of an identity column.
    pub(super) fn identity_sequence(&self, column: &ObjectId) -> Option<(&'a ObjectId, &'a Sequence)> {
        self.sequences_of(column).iter().find_map(|id| match self.catalog.get(id) {
            Some(Object::Sequence(sequence)) if sequence.identity => Some((*id, sequence)),
            _ => None,
        })
    }

    pub(super) fn parent_of(&self, id: &ObjectId) -> Option<ObjectId> {
        parent(self.catalog, id, self.catalog.get(id)?)
    }
}

/// What an object hangs on: it goes when that goes.
pub(super) fn parent(catalog: &Catalog, id: &ObjectId, object: &Object) -> Option<ObjectId> {
    use ObjectKind as K;
    match id.kind {
        K::Column => relation(catalog, id),
        K::Default => {
            let column = ObjectId { kind: K::Column, ..id.clone() };
            if catalog.get(&column).is_some() { Some(column) } else { relation(catalog, id) }
        }
        K::Constraint | K::Trigger | K::Rule | K::Policy => relation(catalog, id),
        K::DomainConstraint => Some(id.relation(K::DomainType)),
        K::Index => match object {
            Object::Index(index) => {
                let on = ObjectId::in_schema(K::Table, index.table.schema.clone(), index.table.name.clone());
                relation(catalog, &on)
            }
            _ => None,
        },
        K::Grant => {
            let of = id.of.as_deref()?;
            // A column of a view is no object of its own.
            if of.kind == K::Column && catalog.get(of).is_none() { relation(catalog, of) } else { Some(of.clone()) }
        }
        K::Comment => {
            let of = id.of.as_deref()?;
            if of.kind == K::Column && catalog.get(of).is_none() { relation(catalog, of) } else { Some(of.clone()) }
        }
        K::UserMapping => Some(ObjectId::global(K::ForeignServer, id.name.clone())),
        _ => None,
    }
}

/// The table, view or other relation that the names of an object say.
pub(super) fn relation(catalog: &Catalog, id: &ObjectId) -> Option<ObjectId> {
    [ObjectKind::Table, ObjectKind::View, ObjectKind::MaterializedView, ObjectKind::CompositeType]
        .into_iter()
        .map(|kind| id.relation(kind))
        .find(|relation| catalog.get(relation).is_some())
}
