//! What is dropped has no place any more.

use pgmason_model::{ObjectId, ObjectKind, QualifiedName};
use pgmason_sql::{DropObjects, Name, ObjectKind as Written};

use super::{Locator, RELATIONS, TYPES, in_schema, sub_object};
use crate::migrations::steps::Step;

impl Locator<'_> {
    pub(super) fn drop(&mut self, step: &Step<'_>, dropped: &DropObjects) {
        for named in &dropped.names {
            let own = named.name.name.as_str();
            match (dropped.object, &dropped.on_table) {
                (
                    Written::Table
                    | Written::ForeignTable
                    | Written::View
                    | Written::MaterializedView
                    | Written::Sequence,
                    _,
                ) => {
                    let name = self.relation(step, &named.name);
                    self.remove_relation(&name);
                }
                (Written::Index, _) => {
                    let name = self.resolve(step, &named.name, &[ObjectKind::Index]);
                    self.locations.remove(&in_schema(ObjectKind::Index, &name));
                    self.index_tables.remove(&name);
                }
                (Written::Trigger, Some(table)) => self.remove_part(step, ObjectKind::Trigger, table, own),
                (Written::Policy, Some(table)) => self.remove_part(step, ObjectKind::Policy, table, own),
                (Written::Rule, Some(table)) => self.remove_part(step, ObjectKind::Rule, table, own),
                (Written::Type | Written::Domain, _) => {
                    let name = self.resolve(step, &named.name, &TYPES);
                    for kind in TYPES {
                        self.locations.remove(&in_schema(kind, &name));
                    }
                }
                (Written::Schema, _) => {
                    let inside = |id: &&ObjectId| id.schema.as_ref().is_some_and(|schema| schema.as_str() == own);
                    let ids: Vec<ObjectId> = self.locations.iter().map(|(id, _)| id).filter(inside).cloned().collect();
                    for id in ids {
                        self.locations.remove(&id);
                    }
                    self.locations.remove(&ObjectId::global(ObjectKind::Schema, own));
                }
                (Written::Extension, _) => {
                    self.locations.remove(&ObjectId::global(ObjectKind::Extension, own));
                }
                // Which of several functions of one name goes, the arguments say, and places of the others must stay.
                _ => {}
            }
        }
    }

    pub(super) fn remove_part(&mut self, step: &Step<'_>, kind: ObjectKind, table: &Name, name: &str) {
        let table = self.relation(step, table);
        self.locations.remove(&sub_object(kind, &table, name));
    }

    pub(super) fn remove_relation(&mut self, name: &QualifiedName) {
        if !RELATIONS.iter().any(|kind| self.locations.has(&in_schema(*kind, name))) {
            return;
        }
        for id in self.ids_of(&RELATIONS, name) {
            self.locations.remove(&id);
        }
        for index in self.indexes_of(name) {
            self.locations.remove(&in_schema(ObjectKind::Index, &index));
            self.index_tables.remove(&index);
        }
    }

    pub(super) fn indexes_of(&self, table: &QualifiedName) -> Vec<QualifiedName> {
        self.index_tables.iter().filter(|(_, of)| *of == table).map(|(index, _)| index.clone()).collect()
    }

    pub(super) fn rename_index(&mut self, from: &QualifiedName, to: &str) {
        let to = QualifiedName::new(from.schema.clone(), to);
        self.move_one(&in_schema(ObjectKind::Index, from), in_schema(ObjectKind::Index, &to));
        if let Some(table) = self.index_tables.remove(from) {
            self.index_tables.insert(to, table);
        }
    }
}
