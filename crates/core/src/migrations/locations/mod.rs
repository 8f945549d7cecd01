//! Where in the files each object was last defined.
//!
//! The place is that of the last statement that created or replaced the object, through renames and moves. Conditional
//! creation of what is there already changes nothing. Functions are also entered without their arguments.

mod drop;
mod table;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use pgmason_model::{Identifier, ObjectId, ObjectKind, QualifiedName};
use pgmason_sql::{Name, ObjectKind as Written, RelationChange, StatementKind, TypeChange, TypeKind};

use super::generated_names::index_name;
use super::routine_arguments::identity_arguments;
use super::state::resolve_among;
use super::steps::{Step, steps};
use super::{Layout, MigrationFile};
use crate::locations::{Location, Locations};

/// Kinds whose ids are a schema and a name, and that share their names.
const RELATIONS: [ObjectKind; 4] =
    [ObjectKind::Table, ObjectKind::View, ObjectKind::MaterializedView, ObjectKind::Sequence];
const TYPES: [ObjectKind; 5] = [
    ObjectKind::EnumType,
    ObjectKind::DomainType,
    ObjectKind::CompositeType,
    ObjectKind::RangeType,
    ObjectKind::BaseType,
];

/// The places of all objects that the files leave behind.
pub fn locate(files: &[MigrationFile]) -> Locations {
    let mut locator = Locator { files, locations: Locations::default(), index_tables: HashMap::new() };
    // The layout decides about transactions only, which no place depends on.
    for step in steps(Layout::Numbered, files) {
        locator.read(&step);
    }
    locator.locations
}

struct Locator<'a> {
    files: &'a [MigrationFile],
    locations: Locations,
    /// Index → its table.
    index_tables: HashMap<QualifiedName, QualifiedName>,
}

impl Locator<'_> {
    fn read(&mut self, step: &Step<'_>) {
        match &step.statement.kind {
            StatementKind::CreateTable(table) if !table.temporary => self.create_table(step, table),
            StatementKind::AlterTable(table) => self.alter_table(step, table),
            StatementKind::CreateIndex(index) => {
                let table = self.relation(step, &index.table);
                let Some(name) = index_name(index) else { return };
                let name = if index.name.is_some() { name } else { self.free(ObjectKind::Index, &table.schema, name) };
                let id = ObjectId::in_schema(ObjectKind::Index, table.schema.clone(), name.as_str());
                self.index_tables.insert(QualifiedName::new(table.schema.clone(), name), table);
                self.put(step, id, 0, index.if_not_exists);
            }
            StatementKind::AlterIndex(index) => {
                let name = self.resolve(step, &index.name, &[ObjectKind::Index]);
                if let RelationChange::RenameTo(new) = &index.change {
                    self.rename_index(&name, new);
                }
            }
            StatementKind::CreateView(view) if !view.temporary => {
                let name = creation(step, &view.name);
                let kind = if view.materialized { ObjectKind::MaterializedView } else { ObjectKind::View };
                self.put(step, in_schema(kind, &name), 0, view.if_not_exists);
            }
            StatementKind::AlterView(view) | StatementKind::AlterSequence(view) => {
                let name = self.relation(step, &view.name);
                self.change(&name, &view.change);
            }
            StatementKind::CreateFunction(function) => {
                let name = creation(step, &function.name);
                let arguments = identity_arguments(&function.arguments.text, function.procedure, &step.search_path);
                let id = ObjectId::sub_object(ObjectKind::Function, name.schema.clone(), name.name.clone(), arguments);
                self.put(step, id, 0, false);
                self.put(step, in_schema(ObjectKind::Function, &name), 0, false);
            }
            StatementKind::CreateAggregate { name, .. } => {
                self.put(step, in_schema(ObjectKind::Function, &creation(step, name)), 0, false);
            }
            StatementKind::AlterFunction(function) => {
                let name = self.resolve(step, &function.name, &[ObjectKind::Function]);
                if let Some(new) = &function.rename_to {
                    self.move_all(
                        &[ObjectKind::Function],
                        &name,
                        &QualifiedName::new(name.schema.clone(), new.as_str()),
                    );
                } else if let Some(schema) = &function.set_schema {
                    self.move_all(
                        &[ObjectKind::Function],
                        &name,
                        &QualifiedName::new(schema.as_str(), name.name.clone()),
                    );
                }
            }
            StatementKind::CreateTrigger(trigger) => {
                let table = self.relation(step, &trigger.table);
                self.put(step, sub_object(ObjectKind::Trigger, &table, &trigger.name), 0, false);
            }
            StatementKind::CreateRule { name, table, .. } => {
                let table = self.relation(step, table);
                self.put(step, sub_object(ObjectKind::Rule, &table, name), 0, false);
            }
            StatementKind::CreatePolicy(policy) => {
                let table = self.relation(step, &policy.table);
                self.put(step, sub_object(ObjectKind::Policy, &table, &policy.name), 0, false);
            }
            StatementKind::AlterPolicy(policy) => {
                let table = self.relation(step, &policy.table);
                let id = sub_object(ObjectKind::Policy, &table, &policy.name);
                match &policy.rename_to {
                    Some(new) => self.move_one(&id, sub_object(ObjectKind::Policy, &table, new)),
                    None => self.put(step, id, 0, false),
                }
            }
            StatementKind::CreateType(created) => {
                let kind = match created.kind {
                    TypeKind::Enum(_) => ObjectKind::EnumType,
                    TypeKind::Domain { .. } => ObjectKind::DomainType,
                    TypeKind::Composite(_) => ObjectKind::CompositeType,
                    TypeKind::Range => ObjectKind::RangeType,
                    TypeKind::Base | TypeKind::Shell => ObjectKind::BaseType,
                };
                self.put(step, in_schema(kind, &creation(step, &created.name)), 0, false);
            }
            StatementKind::AlterType(altered) => {
                let name = self.resolve(step, &altered.name, &TYPES);
                match &altered.change {
                    TypeChange::RenameTo(new) => {
                        self.move_all(&TYPES, &name, &QualifiedName::new(name.schema.clone(), new.as_str()));
                    }
                    TypeChange::SetSchema(schema) => {
                        self.move_all(&TYPES, &name, &QualifiedName::new(schema.as_str(), name.name.clone()));
                    }
                    TypeChange::AddConstraint { name: Some(constraint), .. } => {
                        self.put(step, sub_object(ObjectKind::DomainConstraint, &name, constraint), 0, false);
                    }
                    _ => {}
                }
            }
            StatementKind::CreateSequence { name, if_not_exists, temporary: false, .. } => {
                self.put(step, in_schema(ObjectKind::Sequence, &creation(step, name)), 0, *if_not_exists);
            }
            StatementKind::CreateSchema { name, if_not_exists } => {
                self.put(step, ObjectId::global(ObjectKind::Schema, name.as_str()), 0, *if_not_exists);
            }
            StatementKind::CreateExtension { name, if_not_exists, .. } => {
                self.put(step, ObjectId::global(ObjectKind::Extension, name.as_str()), 0, *if_not_exists);
            }
            StatementKind::CreateEventTrigger { name, .. } => {
                self.put(step, ObjectId::global(ObjectKind::EventTrigger, name.as_str()), 0, false);
            }
            StatementKind::CreatePublication { name, .. } => {
                self.put(step, ObjectId::global(ObjectKind::Publication, name.as_str()), 0, false);
            }
            StatementKind::CreateStatistics { name: Some(name), if_not_exists, .. } => {
                let id = in_schema(ObjectKind::ExtendedStatistics, &creation(step, name));
                self.put(step, id, 0, *if_not_exists);
            }
            StatementKind::CreateOther { object, name: Some(name), if_not_exists, .. } => {
                let id = match object {
                    Written::Collation => in_schema(ObjectKind::Collation, &creation(step, name)),
                    Written::Server => ObjectId::global(ObjectKind::ForeignServer, name.name.as_str()),
                    Written::ForeignDataWrapper => ObjectId::global(ObjectKind::ForeignDataWrapper, name.name.as_str()),
                    _ => return,
                };
                self.put(step, id, 0, *if_not_exists);
            }
            StatementKind::Select(select) => {
                if let Some(into) = &select.into {
                    self.put(step, in_schema(ObjectKind::Table, &creation(step, into)), 0, false);
                }
            }
            StatementKind::Drop(dropped) => self.drop(step, dropped),
            _ => {}
        }
    }

    /// The object and what belongs to it.
    fn ids_of(&self, kinds: &[ObjectKind], name: &QualifiedName) -> Vec<ObjectId> {
        let is_part = |kind: ObjectKind| {
            kinds.contains(&ObjectKind::Table)
                && matches!(
                    kind,
                    ObjectKind::Column
                        | ObjectKind::Default
                        | ObjectKind::Constraint
                        | ObjectKind::Trigger
                        | ObjectKind::Rule
                        | ObjectKind::Policy
                )
        };
        let named = |id: &&ObjectId| id.name == name.name && id.schema.as_ref() == Some(&name.schema);
        let ids = self.locations.iter().map(|(id, _)| id);
        ids.filter(named).filter(|id| kinds.contains(&id.kind) || is_part(id.kind)).cloned().collect()
    }

    fn move_all(&mut self, kinds: &[ObjectKind], from: &QualifiedName, to: &QualifiedName) {
        for id in self.ids_of(kinds, from) {
            let moved = ObjectId { schema: Some(to.schema.clone()), name: to.name.clone(), ..id.clone() };
            self.move_one(&id, moved);
        }
    }

    fn move_one(&mut self, from: &ObjectId, to: ObjectId) {
        if let Some(place) = self.locations.remove(from) {
            self.locations.insert(to, place);
        }
    }

    /// Enters the place. `keep`: what is there already stays.
    fn put(&mut self, step: &Step<'_>, id: ObjectId, at: usize, keep: bool) {
        if (keep || step.guarded) && self.locations.has(&id) {
            return;
        }
        let Some(file) = self.files.get(step.file) else { return };
        let start = step.outer.span.start;
        let before = file.text.get(start..step.offset(at).max(start)).unwrap_or_default();
        let lines = before.bytes().filter(|byte| *byte == b'\n').count();
        let line = step.outer.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.locations.insert(id, Location { file: file.path.clone(), line });
    }

    fn relation(&self, step: &Step<'_>, name: &Name) -> QualifiedName {
        self.resolve(step, name, &RELATIONS)
    }

    fn resolve(&self, step: &Step<'_>, name: &Name, kinds: &[ObjectKind]) -> QualifiedName {
        resolve_among(name, &step.search_path, |candidate| {
            kinds.iter().any(|kind| self.locations.has(&in_schema(*kind, candidate)))
        })
    }

    /// The name, or the name with the first number that makes it new.
    fn free(&self, kind: ObjectKind, schema: &Identifier, name: String) -> String {
        numbered(name, |name| self.locations.has(&ObjectId::in_schema(kind, schema.clone(), name)))
    }
}

fn numbered(name: String, taken: impl Fn(&str) -> bool) -> String {
    if !taken(&name) {
        return name;
    }
    let mut number = 1;
    while taken(&format!("{name}{number}")) {
        number += 1;
    }
    format!("{name}{number}")
}

/// Where CREATE puts a name.
fn creation(step: &Step<'_>, name: &Name) -> QualifiedName {
    resolve_among(name, &step.search_path, |_| false)
}

fn in_schema(kind: ObjectKind, name: &QualifiedName) -> ObjectId {
    ObjectId::in_schema(kind, name.schema.clone(), name.name.clone())
}

fn sub_object(kind: ObjectKind, of: &QualifiedName, name: &str) -> ObjectId {
    ObjectId::sub_object(kind, of.schema.clone(), of.name.clone(), name)
}
