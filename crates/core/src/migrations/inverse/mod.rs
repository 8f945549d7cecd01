//! The way back from one catalog to an earlier one, for what a migration changed beside rows.
//!
//! - What held rows and is gone is never made up again: it is a reason why there is no way back.
//! - Nothing here is known to work before it was run: whoever uses it proves it on a scratch database.

mod access;
mod alter;
mod create;
mod order;
mod reference;
mod renames;
mod statements;

use std::collections::{BTreeMap, BTreeSet};

use pgmason_model::{Catalog, Object, ObjectId, ObjectKind};

pub use renames::renames;
pub use statements::rows_changed;

use alter::Alteration;

/// Statements that lead back, and what they cannot bring back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inverse {
    /// Each without its semicolon, names qualified.
    pub statements: Vec<String>,
    /// Why there is no whole way back. Empty: there should be.
    pub impossible: Vec<String>,
}

/// What differs between two catalogs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    pub added: Vec<ObjectId>,
    pub removed: Vec<ObjectId>,
    pub changed: Vec<ObjectId>,
}

impl Difference {
    pub fn between(before: &Catalog, after: &Catalog) -> Self {
        let mut found = Self::default();
        for (id, object) in &after.objects {
            match before.get(id) {
                None => found.added.push(id.clone()),
                Some(earlier) if earlier != object => found.changed.push(id.clone()),
                Some(_) => {}
            }
        }
        found.removed = before.objects.keys().filter(|id| after.get(id).is_none()).cloned().collect();
        found
    }

    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

/// The way from `after` back to `before`.
pub fn inverse(before: &Catalog, after: &Catalog) -> Inverse {
    let mut work = Work { before, after, found: Inverse::default(), drop: BTreeSet::new(), create: BTreeSet::new() };
    let difference = Difference::between(before, after);
    let mut changes = Vec::new();
    for id in &difference.added {
        if !work.falls_with_another(id) {
            work.drop.insert(id.clone());
        }
    }
    for id in &difference.removed {
        work.bring_back(id);
    }
    for id in &difference.changed {
        work.change_back(id, &mut changes);
    }
    work.roles();
    work.finish(changes)
}

struct Work<'a> {
    before: &'a Catalog,
    after: &'a Catalog,
    found: Inverse,
    /// Objects of `after` to drop.
    drop: BTreeSet<ObjectId>,
    /// Objects of `before` to create.
    create: BTreeSet<ObjectId>,
}

impl Work<'_> {
    fn impossible(&mut self, reason: String) {
        if !self.found.impossible.contains(&reason) {
            self.found.impossible.push(reason);
        }
    }

    /// Something added that goes by itself when what carries it goes, or that its parent made.
    fn falls_with_another(&self, id: &ObjectId) -> bool {
        let carrier_is_new = |carrier: &ObjectId| self.before.get(carrier).is_none();
        match self.after.get(id) {
            Some(Object::Column(column)) => column.inherited || self.relation_is_new(id),
            Some(Object::Constraint(constraint)) => {
                use pgmason_model::catalog::ConstraintKind::{NotNull, Trigger};
                constraint.inherited || matches!(constraint.kind, NotNull | Trigger) || self.relation_is_new(id)
            }
            Some(Object::Trigger(trigger)) => trigger.inherited || self.relation_is_new(id),
            Some(Object::Rule(_) | Object::Policy(_)) => self.relation_is_new(id),
            Some(Object::Default(_)) => {
                self.relation_is_new(id) || carrier_is_new(&ObjectId { kind: ObjectKind::Column, ..id.clone() })
            }
            Some(Object::DomainConstraint(_)) => carrier_is_new(&id.relation(ObjectKind::DomainType)),
            Some(Object::Index(index)) => {
                index.constraint.is_some()
                    || index.partition_of.is_some()
                    || reference::relation_of(self.before, &index.table.schema, &index.table.name).is_none()
            }
            Some(Object::Sequence(sequence)) => {
                sequence.identity || sequence.owned_by.as_ref().is_some_and(carrier_is_new)
            }
            Some(Object::Grant(_) | Object::Comment(_)) => id.of.as_deref().is_some_and(carrier_is_new),
            _ => false,
        }
    }

    fn relation_is_new(&self, id: &ObjectId) -> bool {
        id.schema.as_ref().is_none_or(|schema| reference::relation_of(self.before, schema, &id.name).is_none())
    }

    /// Something that is gone.
    fn bring_back(&mut self, id: &ObjectId) {
        let relation_is_gone =
            id.schema.as_ref().is_none_or(|schema| reference::relation_of(self.after, schema, &id.name).is_none());
        match self.before.get(id) {
            Some(Object::Table(_)) => self.impossible(format!("the rows of {id} are gone")),
            Some(Object::Column(column)) if !relation_is_gone && !column.inherited => {
                self.impossible(format!("the values of {id} are gone"));
            }
            // Told with their table.
            Some(Object::Column(_)) => {}
            Some(Object::Sequence(sequence)) => {
                let owner_is_gone = sequence.owned_by.as_ref().is_some_and(|owner| self.after.get(owner).is_none());
                if !owner_is_gone {
                    self.impossible(format!("how far sequence {id} had come is gone"));
                }
            }
            Some(_) if create::comes_with_another(self.before, id) => {}
            Some(_) => {
                self.create.insert(id.clone());
            }
            None => {}
        }
    }

    fn change_back(&mut self, id: &ObjectId, changes: &mut Vec<String>) {
        // Comments come last: what they are on may be made again first.
        if id.kind == ObjectKind::Comment {
            self.create.insert(id.clone());
            return;
        }
        match alter::back(self.before, self.after, id) {
            Alteration::Statements(statements) => changes.extend(statements),
            Alteration::Replace => {
                self.drop.insert(id.clone());
                self.create.insert(id.clone());
                self.what_goes_along(id);
            }
            Alteration::Impossible(reason) => self.impossible(reason),
        }
    }

    /// What hangs on an object that is dropped and made again, and would be lost with it.
    fn what_goes_along(&mut self, id: &ObjectId) {
        let hangs = |candidate: &ObjectId, object: &Object| match object {
            Object::Grant(_) | Object::Comment(_) => {
                candidate.of.as_deref().is_some_and(|of| of == id || is_column_of(of, id))
            }
            Object::Trigger(_) | Object::Rule(_) => {
                id.kind == ObjectKind::View && candidate.schema == id.schema && candidate.name == id.name
            }
            Object::Index(index) => {
                id.kind == ObjectKind::MaterializedView && id.qualified_name().is_some_and(|name| name == index.table)
            }
            _ => false,
        };
        let along: Vec<ObjectId> = self
            .before
            .objects
            .iter()
            .filter(|(candidate, object)| hangs(candidate, object))
            .map(|(candidate, _)| candidate.clone())
            .collect();
        self.create.extend(along);
    }

    fn roles(&mut self) {
        let added: Vec<String> = self
            .after
            .roles
            .keys()
            .filter(|role| !self.before.roles.contains_key(*role))
            .map(|role| format!("DROP ROLE {role}"))
            .collect();
        // Who makes a role may become its member, and stops being one when it goes.
        let without_new = |role: &pgmason_model::catalog::Role| {
            let mut role = role.clone();
            role.member_of.retain(|of| self.before.roles.contains_key(of));
            role
        };
        let changed: Vec<String> = self
            .before
            .roles
            .iter()
            .filter(|(name, role)| self.after.roles.get(*name).map(without_new) != Some(without_new(role)))
            .map(|(name, _)| format!("role {name} is another than before"))
            .collect();
        self.found.statements.extend(added);
        changed.into_iter().for_each(|reason| self.impossible(reason));
    }

    fn finish(mut self, changes: Vec<String>) -> Inverse {
        // Roles can go only when nothing is theirs any more.
        let roles = std::mem::take(&mut self.found.statements);
        let mut statements = Vec::new();
        let drops = order::dependents_first(self.after, &self.drop);
        // Columns that are brought back may be what still needs a type or a function.
        let (late, early): (Vec<ObjectId>, Vec<ObjectId>) =
            drops.into_iter().partition(|id| is_needed_by_columns(id.kind) && !self.needs_what_goes_early(id));
        self.drop_all(early, &mut statements);
        statements.extend(changes);
        self.drop_all(late, &mut statements);
        let mut comments = Vec::new();
        for id in order::needed_first(self.before, &self.create) {
            let remade = self.after.get(&id).is_none() || self.drop.contains(&id);
            match create::statements(self.before, &id, remade) {
                Some(found) if id.kind == ObjectKind::Comment => comments.extend(found),
                Some(found) => statements.extend(found),
                None => self.impossible(format!("no way to make {} {id} again is known", id.kind.label())),
            }
        }
        statements.extend(comments);
        statements.extend(access::restore(self.before, self.after, &self.create, &self.drop));
        statements.extend(roles);
        self.found.statements = statements;
        self.found
    }

    fn drop_all(&mut self, ids: Vec<ObjectId>, statements: &mut Vec<String>) {
        for id in ids {
            match self.drop_statements(&id) {
                Some(found) => statements.extend(found),
                None => self.impossible(format!("no way to drop {} {id} is known", id.kind.label())),
            }
        }
    }

    fn needs_what_goes_early(&self, id: &ObjectId) -> bool {
        let goes_early = |needed: &ObjectId| {
            let relation = needed.relation(ObjectKind::Table);
            [needed, &relation].into_iter().any(|one| self.drop.contains(one) && !is_needed_by_columns(one.kind))
        };
        self.after.dependencies.iter().any(|(dependent, needed)| dependent == id && goes_early(needed))
    }

    fn drop_statements(&self, id: &ObjectId) -> Option<Vec<String>> {
        Some(match self.after.get(id)? {
            // Restored as a whole at the end.
            Object::Grant(_) | Object::DefaultPrivilege(_) => Vec::new(),
            Object::Comment(_) if id.of.as_deref().is_some_and(|of| self.drop.contains(of)) => Vec::new(),
            Object::Comment(_) => {
                vec![format!("COMMENT ON {} IS NULL", reference::of(self.after, id.of.as_deref()?)?)]
            }
            Object::Column(_) => {
                vec![format!("ALTER TABLE {} DROP COLUMN {}", id.qualified_name()?, id.sub.as_ref()?)]
            }
            Object::Default(_) => {
                vec![format!("ALTER TABLE {} ALTER COLUMN {} DROP DEFAULT", id.qualified_name()?, id.sub.as_ref()?)]
            }
            Object::Constraint(_) => {
                vec![format!("ALTER TABLE {} DROP CONSTRAINT {}", id.qualified_name()?, id.sub.as_ref()?)]
            }
            Object::DomainConstraint(_) => {
                vec![format!("ALTER DOMAIN {} DROP CONSTRAINT {}", id.qualified_name()?, id.sub.as_ref()?)]
            }
            _ => vec![format!("DROP {}", reference::of(self.after, id)?)],
        })
    }
}

fn is_needed_by_columns(kind: ObjectKind) -> bool {
    use ObjectKind::{Collation, CompositeType, DomainType, EnumType, Function, RangeType, Schema, Sequence};
    matches!(kind, Collation | CompositeType | DomainType | EnumType | Function | RangeType | Schema | Sequence)
}

fn is_column_of(of: &ObjectId, relation: &ObjectId) -> bool {
    of.kind == ObjectKind::Column && of.schema == relation.schema && of.name == relation.name
}

/// What a list of objects is, kind by kind, in the order of the kinds.
pub fn by_kind(ids: &[ObjectId]) -> BTreeMap<ObjectKind, usize> {
    let mut counts = BTreeMap::new();
    for id in ids {
        *counts.entry(id.kind).or_insert(0) += 1;
    }
    counts
}
