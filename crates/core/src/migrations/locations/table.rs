//! Places of tables and of what belongs to them.

use pgmason_model::{Identifier, ObjectId, ObjectKind, QualifiedName};
use pgmason_sql::{
    AlterTable, AlterTableActionKind as Action, ColumnDefinition, Constraint, ConstraintKind, CreateTable,
    RelationChange,
};

use super::{Locator, RELATIONS, creation, in_schema, numbered, sub_object};
use crate::locations::Locations;
use crate::migrations::generated_names::{constraint_name, sequence_name};
use crate::migrations::steps::Step;

impl Locator<'_> {
    pub(super) fn create_table(&mut self, step: &Step<'_>, table: &CreateTable) {
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

    pub(super) fn put_column(&mut self, step: &Step<'_>, table: &QualifiedName, column: &ColumnDefinition) {
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

    pub(super) fn put_sequence(&mut self, step: &Step<'_>, table: &QualifiedName, column: &str, at: usize) {
        let name = sequence_name(table.name.as_str(), column);
        let name = self.free(ObjectKind::Sequence, &table.schema, name);
        self.put(step, ObjectId::in_schema(ObjectKind::Sequence, table.schema.clone(), name), at, false);
    }

    pub(super) fn put_constraint(&mut self, step: &Step<'_>, table: &QualifiedName, constraint: &Constraint) {
        let mut name = constraint_name(table.name.as_str(), constraint);
        if constraint.name.is_none() {
            let taken =
                |name: &str, locations: &Locations| locations.has(&sub_object(ObjectKind::Constraint, table, name));
            name = numbered(name, |name| taken(name, &self.locations));
        }
        let at = constraint.span.start;
        self.put(step, sub_object(ObjectKind::Constraint, table, &name), at, false);
        let has_index =
            matches!(constraint.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique | ConstraintKind::Exclude);
        if has_index && constraint.using_index.is_none() {
            self.index_tables.insert(QualifiedName::new(table.schema.clone(), name.as_str()), table.clone());
            self.put(step, ObjectId::in_schema(ObjectKind::Index, table.schema.clone(), name), at, false);
        }
    }

    pub(super) fn alter_table(&mut self, step: &Step<'_>, table: &AlterTable) {
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
                    self.locations.remove(&ObjectId::in_schema(
                        ObjectKind::Index,
                        name.schema.clone(),
                        constraint.as_str(),
                    ));
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

    pub(super) fn change(&mut self, name: &QualifiedName, change: &RelationChange) {
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
}
