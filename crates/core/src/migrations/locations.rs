//! Where in the files each object was last defined.
//!
//! The place is that of the last statement that created or replaced the object, through renames and moves. Conditional
//! creation of what is there already changes nothing. Functions are also entered without their arguments.

use std::collections::HashMap;

use pgmason_model::{Identifier, ObjectId, ObjectKind, QualifiedName};
use pgmason_sql::{
    AlterTable, AlterTableActionKind as Action, ColumnDefinition, Constraint, ConstraintKind, CreateTable, DropObjects, Name,
    ObjectKind as Written, RelationChange, StatementKind, TypeChange, TypeKind,
};

use super::generated_names::{constraint_name, index_name, sequence_name};
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
                    self.move_all(&[ObjectKind::Function], &name, &QualifiedName::new(name.schema.clone(), new.as_str()));
                } else if let Some(schema) = &function.set_schema {
                    self.move_all(&[ObjectKind::Function], &name, &QualifiedName::new(schema.as_str(), name.name.clone()));
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

    fn create_table(&mut self, step: &Step<'_>, table: &CreateTable) {
        let name = creation(step, &table.name);
        let id = in_schema(ObjectKind::Table, &name);
        let there = self.locations.find(&id).is_some();
        if there && (table.if_not_exists || step.guarded) {
            return;
        }
        if there {
            self.remove_relation(&name);
        }
        self.put(step, id, table.name_span.start, false);
        for column in &table.columns {
            self.put_column(step, &name, column);
        }
        for constraint in &table.constraints {
            self.put_constraint(step, &name, constraint);
        }
    }

    fn put_column(&mut self, step: &Step<'_>, table: &QualifiedName, column: &ColumnDefinition) {
        let at = column.span.start;
        self.put(step, sub_object(ObjectKind::Column, table, &column.name), at, false);
        let serial = column.data_type.as_ref().is_some_and(|data_type| data_type.base.name.ends_with("serial"));
        if column.default.is_some() || serial || column.generated.is_some() {
            self.put(step, sub_object(ObjectKind::Default, table, &column.name), at, false);
        }
        if serial || column.identity {
            self.put_sequence(step, table, &column.name, at);
        }
        for constraint in &column.constraints {
            self.put_constraint(step, table, constraint);
        }
    }

    fn put_sequence(&mut self, step: &Step<'_>, table: &QualifiedName, column: &str, at: usize) {
        let name = sequence_name(table.name.as_str(), column);
        let name = self.free(ObjectKind::Sequence, &table.schema, name);
        self.put(step, ObjectId::in_schema(ObjectKind::Sequence, table.schema.clone(), name), at, false);
    }

    fn put_constraint(&mut self, step: &Step<'_>, table: &QualifiedName, constraint: &Constraint) {
        let mut name = constraint_name(table.name.as_str(), constraint);
        if constraint.name.is_none() {
            let taken = |name: &str, locations: &Locations| {
                locations.has(&sub_object(ObjectKind::Constraint, table, name))
            };
            name = numbered(name, |name| taken(name, &self.locations));
        }
        let at = constraint.span.start;
        self.put(step, sub_object(ObjectKind::Constraint, table, &name), at, false);
        let has_index = matches!(constraint.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique | ConstraintKind::Exclude);
        if has_index && constraint.using_index.is_none() {
            self.index_tables.insert(QualifiedName::new(table.schema.clone(), name.as_str()), table.clone());
            self.put(step, ObjectId::in_schema(ObjectKind::Index, table.schema.clone(), name), at, false);
        }
    }

    fn alter_table(&mut self, step: &Step<'_>, table: &AlterTable) {
        let mut name = self.relation(step, &table.name);
        for action in &table.actions {
            let at = action.span.start;
            match &action.kind {
                Action::AddColumn { column, if_not_exists } => {
                    let there = self.locations.has(&sub_object(ObjectKind::Column, &name, &column.name));
                    if !(there && (*if_not_exists || step.guarded)) {
                        self.put_column(step, &name, column);
                    }
                }
                Action::DropColumn { name: column, .. } => {
                    for kind in [ObjectKind::Column, ObjectKind::Default] {
                        self.locations.remove(&sub_object(kind, &name, column));
                    }
                }
                Action::AlterColumnType { column, .. } => {
                    self.put(step, sub_object(ObjectKind::Column, &name, column), at, false);
                }
                Action::SetDefault { column, .. } | Action::SetExpression { column, .. } => {
                    self.put(step, sub_object(ObjectKind::Default, &name, column), at, false);
                }
                Action::DropDefault { column } => {
                    self.locations.remove(&sub_object(ObjectKind::Default, &name, column));
                }
                Action::AddIdentity { column } => self.put_sequence(step, &name, column, at),
                Action::AddConstraint(constraint) => self.put_constraint(step, &name, constraint),
                Action::DropConstraint { name: constraint, .. } => {
                    self.locations.remove(&sub_object(ObjectKind::Constraint, &name, constraint));
                    self.locations.remove(&ObjectId::in_schema(ObjectKind::Index, name.schema.clone(), constraint.as_str()));
                }
                Action::RenameColumn { from, to } => {
                    for kind in [ObjectKind::Column, ObjectKind::Default] {
                        self.move_one(&sub_object(kind, &name, from), sub_object(kind, &name, to));
                    }
                }
                Action::RenameConstraint { from, to } => {
                    let id = |constraint| sub_object(ObjectKind::Constraint, &name, constraint);
                    self.move_one(&id(from), id(to));
                    let index = QualifiedName::new(name.schema.clone(), from.as_str());
                    self.rename_index(&index, to);
                }
                Action::RenameTo { name: new } => {
                    self.change(&name, &RelationChange::RenameTo(new.clone()));
                    name.name = Identifier::new(new.as_str());
                }
                Action::SetSchema { schema } => {
                    self.change(&name, &RelationChange::SetSchema(schema.clone()));
                    name.schema = Identifier::new(schema.as_str());
                }
                _ => {}
            }
        }
    }

    fn change(&mut self, name: &QualifiedName, change: &RelationChange) {
        let to = match change {
            RelationChange::RenameTo(new) => QualifiedName::new(name.schema.clone(), new.as_str()),
            RelationChange::SetSchema(schema) => QualifiedName::new(schema.as_str(), name.name.clone()),
            RelationChange::RenameColumn(from, to) => {
                let id = |column: &str| sub_object(ObjectKind::Column, name, column);
                return self.move_one(&id(from), id(to));
            }
            _ => return,
        };
        let indexes: Vec<_> = self.indexes_of(name);
        for index in indexes {
            let moved = QualifiedName::new(to.schema.clone(), index.name.clone());
            self.move_one(&in_schema(ObjectKind::Index, &index), in_schema(ObjectKind::Index, &moved));
            self.index_tables.remove(&index);
            self.index_tables.insert(moved, to.clone());
        }
        self.move_all(&RELATIONS, name, &to);
    }

    fn drop(&mut self, step: &Step<'_>, dropped: &DropObjects) {
        for named in &dropped.names {
            let own = named.name.name.as_str();
            match (dropped.object, &dropped.on_table) {
                (Written::Table | Written::ForeignTable | Written::View | Written::MaterializedView | Written::Sequence, _) => {
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

    fn remove_part(&mut self, step: &Step<'_>, kind: ObjectKind, table: &Name, name: &str) {
        let table = self.relation(step, table);
        self.locations.remove(&sub_object(kind, &table, name));
    }

    fn remove_relation(&mut self, name: &QualifiedName) {
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

    fn indexes_of(&self, table: &QualifiedName) -> Vec<QualifiedName> {
        self.index_tables.iter().filter(|(_, of)| *of == table).map(|(index, _)| index.clone()).collect()
    }

    fn rename_index(&mut self, from: &QualifiedName, to: &str) {
        let to = QualifiedName::new(from.schema.clone(), to);
        self.move_one(&in_schema(ObjectKind::Index, from), in_schema(ObjectKind::Index, &to));
        if let Some(table) = self.index_tables.remove(from) {
            self.index_tables.insert(to, table);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrations::Direction;

    fn places(files: &[(&str, &str)]) -> Vec<String> {
        let read = |(path, text): &(&str, &str)| {
            let name = Layout::Numbered.read_name(path).unwrap();
            assert_eq!(name.direction, Direction::Up);
            MigrationFile::read(Layout::Numbered, (*path).to_owned(), (*path).to_owned(), name, (*text).to_owned())
        };
        let files: Vec<MigrationFile> = files.iter().map(read).collect();
        let located = locate(&files);
        let mut lines: Vec<String> = located
            .iter()
            .map(|(id, place)| format!("{} {id} {}:{}", id.kind.label(), place.file.split('_').next().unwrap(), place.line))
            .collect();
        lines.sort();
        lines
    }

    #[test]
    fn parts_of_a_table_have_places_of_their_own() {
        let text = "-- people\nCREATE TABLE users (\n  id serial PRIMARY KEY,\n  mail text UNIQUE CHECK (mail <> ''),\n  CHECK (id > 0)\n);";
        assert_eq!(places(&[("1_a.sql", text)]), [
            "column public.users.id 1:3",
            "column public.users.mail 1:4",
            "constraint public.users.users_id_check 1:5",
            "constraint public.users.users_mail_check 1:4",
            "constraint public.users.users_mail_key 1:4",
            "constraint public.users.users_pkey 1:3",
            "default public.users.id 1:3",
            "index public.users_mail_key 1:4",
            "index public.users_pkey 1:3",
            "sequence public.users_id_seq 1:3",
            "table public.users 1:2",
        ]);
    }

    #[test]
    fn renames_and_moves_are_followed() {
        let first = "CREATE TABLE users (id int);\nCREATE INDEX ON users (id);\nCREATE POLICY own ON users USING (true);";
        let second = "ALTER TABLE users RENAME TO people;\nALTER TABLE people RENAME id TO key;\nALTER TABLE people SET SCHEMA app;";
        assert_eq!(places(&[("1_a.sql", first), ("2_b.sql", second)]), [
            "column app.people.key 1:1",
            "index app.users_id_idx 1:2",
            "policy app.people.own 1:3",
            "table app.people 1:1",
        ]);
    }

    #[test]
    fn the_last_definition_counts_and_what_is_dropped_has_no_place() {
        let first = "CREATE TABLE gone (id int);\nCREATE VIEW v AS SELECT 1;\nCREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';";
        let second = "DROP TABLE gone;\nCREATE TABLE IF NOT EXISTS t (id int);\nSET search_path = app;\nCREATE TABLE t (id int);";
        let third = "CREATE TABLE IF NOT EXISTS t (id int);\nCREATE OR REPLACE VIEW v AS SELECT 2;\nCREATE OR REPLACE FUNCTION f(a int)\nRETURNS int LANGUAGE sql AS 'SELECT 2';\nDO $$\nBEGIN\n  CREATE TYPE mood AS ENUM ('fine');\nEND $$;";
        assert_eq!(places(&[("1_a.sql", first), ("2_b.sql", second), ("3_c.sql", third)]), [
            "column app.t.id 2:4",
            "column public.t.id 2:2",
            "enum type public.mood 3:7",
            "function public.f 3:3",
            "function public.f(a integer) 3:3",
            "table app.t 2:4",
            "table public.t 2:2",
            "view public.v 3:2",
        ]);
    }
}
