//! What has another name and is otherwise the same: renamed in place where nothing else can be meant, and named as a
//! possible rename where rows are at stake.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use pgmason_model::difference::{ActionKind, PossibleRename};
use pgmason_model::identifier::quote_literal;
use pgmason_model::{Catalog, Object, ObjectId, ObjectKind};

use super::action::{Action, Rank};
use super::context::{self, Context};
use super::kinds::index::without_name;
use super::kinds::table;
use super::states::{State, States};

/// A catalog in which what is the same has the same name.
pub(super) struct Renamed<'a> {
    pub(super) catalog: Cow<'a, Catalog>,
    /// (name before, name after)
    pub(super) pairs: Vec<(ObjectId, ObjectId)>,
}

impl Renamed<'_> {
    pub(super) fn actions(&self) -> Vec<Action> {
        let statements = self.pairs.iter().filter_map(|(old, new)| Some((new, statement(&self.catalog, old, new)?)));
        statements
            .map(|(new, sql)| {
                let mut action = Action::new(ActionKind::Alter, Rank::Rename, new, sql);
                action.releases.insert(new.clone());
                action
            })
            .collect()
    }
}

/// Constraints, indexes, policies, triggers and sequences of the same relation that differ in nothing but the name.
pub(super) fn by_content<'a>(from: &'a Catalog, to: &Catalog, platform: &BTreeSet<ObjectId>) -> Renamed<'a> {
    let mut gone: BTreeMap<(ObjectId, String), Vec<&ObjectId>> = BTreeMap::new();
    let mut come: BTreeMap<(ObjectId, String), Vec<&ObjectId>> = BTreeMap::new();
    for (catalog, other, found) in [(from, to, &mut gone), (to, from, &mut come)] {
        for (id, object) in &catalog.objects {
            if other.get(id).is_none()
                && !platform.contains(id)
                && let Some(key) = content(catalog, id, object)
                && other.get(&key.0).is_some()
            {
                found.entry(key).or_default().push(id);
            }
        }
    }
    let mut pairs = Vec::new();
    for (key, old) in &gone {
        // Several that are equal are as good as each other.
        if let Some(new) = come.get(key)
            && old.len() == new.len()
        {
            pairs.extend(old.iter().zip(new).map(|(old, new)| ((*old).clone(), (*new).clone())));
        }
    }
    pairs.extend(sequences(from, to).into_iter().filter(|(old, _)| !platform.contains(old)));
    if pairs.is_empty() {
        return Renamed { catalog: Cow::Borrowed(from), pairs };
    }
    Renamed { catalog: Cow::Owned(rename(from, &pairs)), pairs }
}

/// What hangs it somewhere, and everything about it but its name. None for kinds that are not renamed by content.
fn content(catalog: &Catalog, id: &ObjectId, object: &Object) -> Option<(ObjectId, String)> {
    let parent = context::parent(catalog, id, object)?;
    let text = match object {
        Object::Constraint(constraint) if !constraint.inherited => {
            let mut constraint = constraint.clone();
            constraint.index = None;
            format!("{constraint:?}")
        }
        Object::Index(index) if index.constraint.is_none() => {
            let mut index = index.clone();
            index.definition = without_name(id, &index.definition);
            index.replica_identity = false;
            index.clustered = false;
            format!("{index:?}")
        }
        Object::Policy(policy) => format!("{policy:?}"),
        Object::Trigger(trigger) if !trigger.inherited => {
            let mut trigger = trigger.clone();
            let name = id.sub.as_ref()?;
            trigger.definition = trigger.definition.replacen(&format!("TRIGGER {name} "), "TRIGGER ", 1);
            format!("{trigger:?}")
        }
        Object::DomainConstraint(constraint) => format!("{constraint:?}"),
        _ => return None,
    };
    Some((parent, format!("{:?} {text}", id.kind)))
}

/// A sequence goes with its column, so it is looked for there.
fn sequences(from: &Catalog, to: &Catalog) -> Vec<(ObjectId, ObjectId)> {
    let by_column = |catalog: &Catalog, other: &Catalog| -> BTreeMap<ObjectId, Vec<ObjectId>> {
        let mut found: BTreeMap<ObjectId, Vec<ObjectId>> = BTreeMap::new();
        for (id, object) in catalog.of_kind(ObjectKind::Sequence) {
            if let Object::Sequence(sequence) = object
                && let Some(column) = &sequence.owned_by
                && other.get(id).is_none()
                && other.get(column).is_some()
            {
                found.entry(column.clone()).or_default().push(id.clone());
            }
        }
        found
    };
    let (old, new) = (by_column(from, to), by_column(to, from));
    let mut pairs = Vec::new();
    for (column, ids) in old {
        if let (Some(new), [old]) = (new.get(&column), ids.as_slice())
            && let [new] = new.as_slice()
            && old.schema == new.schema
            && let (Some(Object::Sequence(before)), Some(Object::Sequence(after))) = (from.get(old), to.get(new))
            && before.identity == after.identity
        {
            pairs.push((old.clone(), new.clone()));
        }
    }
    pairs
}

fn statement(catalog: &Catalog, old: &ObjectId, new: &ObjectId) -> Option<String> {
    let relation = old.qualified_name();
    Some(match old.kind {
        ObjectKind::Constraint => {
            let word = match catalog.get(&old.relation(ObjectKind::Table)) {
                Some(Object::Table(found)) => table::word(found),
                _ => "TABLE",
            };
            format!("ALTER {word} {} RENAME CONSTRAINT {} TO {}", relation?, old.sub.as_ref()?, new.sub.as_ref()?)
        }
        ObjectKind::DomainConstraint => {
            format!("ALTER DOMAIN {} RENAME CONSTRAINT {} TO {}", relation?, old.sub.as_ref()?, new.sub.as_ref()?)
        }
        ObjectKind::Policy => {
            format!("ALTER POLICY {} ON {} RENAME TO {}", old.sub.as_ref()?, relation?, new.sub.as_ref()?)
        }
        ObjectKind::Trigger => {
            format!("ALTER TRIGGER {} ON {} RENAME TO {}", old.sub.as_ref()?, relation?, new.sub.as_ref()?)
        }
        ObjectKind::Index => format!("ALTER INDEX {} RENAME TO {}", relation?, new.name),
        ObjectKind::Sequence => format!("ALTER SEQUENCE {} RENAME TO {}", relation?, new.name),
        _ => return None,
    })
}

/// The catalog as it reads after the renames.
pub(super) fn rename(catalog: &Catalog, pairs: &[(ObjectId, ObjectId)]) -> Catalog {
    let mut names: BTreeMap<ObjectId, ObjectId> = pairs.iter().cloned().collect();
    for (old, new) in pairs {
        // The index of a constraint has its name.
        if let Some(Object::Constraint(constraint)) = catalog.get(old)
            && let (Some(index), Some(name), None) = (&constraint.index, &new.sub, &constraint.references)
        {
            let id = ObjectId::in_schema(ObjectKind::Index, index.schema.clone(), index.name.clone());
            names.insert(id, ObjectId::in_schema(ObjectKind::Index, index.schema.clone(), name.clone()));
        }
    }
    let renamed = |id: &ObjectId| -> ObjectId {
        match (names.get(id), id.of.as_deref()) {
            (Some(new), _) => new.clone(),
            (None, Some(of)) if names.contains_key(of) => {
                ObjectId { of: names.get(of).cloned().map(Box::new), ..id.clone() }
            }
            _ => id.clone(),
        }
    };
    let mut copy = catalog.clone();
    copy.objects = std::mem::take(&mut copy.objects)
        .into_iter()
        .map(|(id, mut object)| {
            let new = renamed(&id);
            rename_inside(&id, &new, &mut object, &names);
            (new, object)
        })
        .collect();
    copy.dependencies =
        copy.dependencies.iter().map(|(dependent, needed)| (renamed(dependent), renamed(needed))).collect();
    copy
}

/// Names that an object's own facts hold.
fn rename_inside(old: &ObjectId, new: &ObjectId, object: &mut Object, names: &BTreeMap<ObjectId, ObjectId>) {
    match object {
        Object::Index(index) => {
            if old != new {
                index.definition = index.definition.replacen(
                    &format!("INDEX {} ON ", old.name),
                    &format!("INDEX {} ON ", new.name),
                    1,
                );
            }
            if let Some(constraint) = &index.constraint {
                let id = ObjectId::sub_object(
                    ObjectKind::Constraint,
                    index.table.schema.clone(),
                    index.table.name.clone(),
                    constraint.clone(),
                );
                if let Some(renamed) = names.get(&id) {
                    index.constraint.clone_from(&renamed.sub);
                }
            }
            if let Some(parent) = &index.partition_of {
                let id = ObjectId::in_schema(ObjectKind::Index, parent.schema.clone(), parent.name.clone());
                if let Some(renamed) = names.get(&id) {
                    index.partition_of = renamed.qualified_name();
                }
            }
        }
        Object::Constraint(constraint) => {
            if let Some(index) = &constraint.index {
                let id = ObjectId::in_schema(ObjectKind::Index, index.schema.clone(), index.name.clone());
                if let Some(renamed) = names.get(&id) {
                    constraint.index = renamed.qualified_name();
                }
            }
        }
        Object::Trigger(trigger) if old != new => {
            if let (Some(before), Some(after)) = (&old.sub, &new.sub) {
                trigger.definition =
                    trigger.definition.replacen(&format!("TRIGGER {before} "), &format!("TRIGGER {after} "), 1);
            }
        }
        Object::Default(default) => {
            let sequence = default
                .sequence
                .as_ref()
                .map(|name| ObjectId::in_schema(ObjectKind::Sequence, name.schema.clone(), name.name.clone()));
            if let Some(sequence) = sequence
                && let Some(renamed) = names.get(&sequence)
            {
                default.expression = default
                    .expression
                    .replace(&quote_literal(&sequence.to_string()), &quote_literal(&renamed.to_string()));
                default.sequence = renamed.qualified_name();
            }
        }
        Object::Table(table) => {
            if let Some((_, index)) = table.replica_identity.split_once(' ') {
                let id = ObjectId { kind: ObjectKind::Index, name: index.into(), ..old.clone() };
                if let Some(renamed) = names.get(&id) {
                    table.replica_identity = format!("index {}", renamed.name.as_str());
                }
            }
        }
        _ => {}
    }
}

/// Tables, columns and types that go while something comes that looks the same.
pub(super) fn possible(context: &Context<'_>, states: &States) -> Vec<PossibleRename> {
    let mut gone: BTreeMap<String, Vec<&ObjectId>> = BTreeMap::new();
    let mut come: BTreeMap<String, Vec<&ObjectId>> = BTreeMap::new();
    for (id, state) in &states.of {
        let (catalog, found) = match state {
            State::Drop => (context.from, &mut gone),
            State::Create => (context.to, &mut come),
            _ => continue,
        };
        if let Some(shape) = shape(catalog, states, id) {
            found.entry(shape).or_default().push(id);
        }
    }
    let mut pairs = Vec::new();
    for (shape, old) in &gone {
        let Some(new) = come.get(shape) else { continue };
        let unambiguous = old.len() == 1 && new.len() == 1;
        for from in old {
            for to in new {
                pairs.push(PossibleRename { from: (*from).clone(), to: (*to).clone(), unambiguous });
            }
        }
    }
    pairs
}

/// What two names of one thing have in common. None for what holds no rows.
fn shape(catalog: &Catalog, states: &States, id: &ObjectId) -> Option<String> {
    match catalog.get(id)? {
        Object::Table(found) => {
            let columns: Vec<String> = table::columns(catalog, id)
                .into_iter()
                .filter_map(|(column, object)| Some(format!("{} {}", column.sub.as_ref()?, object.type_name)))
                .collect();
            (!columns.is_empty()).then(|| format!("table {:?} {}", found.kind, columns.join(", ")))
        }
        Object::Column(column) => {
            let relation = id.relation(ObjectKind::Table);
            let kept = !states.goes(&relation) && !states.comes(&relation);
            (kept && column.generated.is_none()).then(|| format!("column of {relation} {}", column.type_name))
        }
        Object::EnumType(found) => Some(format!("enum {}", found.labels.join(", "))),
        Object::DomainType(found) => Some(format!("domain {}", found.base_type)),
        Object::CompositeType(found) => Some(format!("composite {:?}", found.attributes)),
        _ => None,
    }
}
