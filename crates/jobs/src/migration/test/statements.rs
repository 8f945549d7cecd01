//! What the statements of a file say about tables that were there before it: which they touch, and whose rows they
//! openly remove or change.

use std::collections::BTreeSet;

use pgmason_core::migrations::steps::Step;
use pgmason_model::catalog::{ForeignKeyAction, TableKind};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind, QualifiedName};
use pgmason_sql::facts::locks;
use pgmason_sql::{
    AlterTableActionKind, DataChange, DataChangeKind, LockLevel, Name, ObjectKind as Dropped, StatementKind,
};

/// What the statements say.
#[derive(Clone, Debug, Default)]
pub(super) struct Says {
    /// Tables that they lock, write or read, and that were there before.
    pub(super) touched: BTreeSet<ObjectId>,
    pub(super) dropped: BTreeSet<QualifiedName>,
    pub(super) dropped_columns: BTreeSet<(QualifiedName, Identifier)>,
    /// DELETE, TRUNCATE, MERGE, or a partition detached; with what goes by cascade.
    pub(super) emptied: BTreeSet<QualifiedName>,
    /// UPDATE, wherever it stands.
    pub(super) updated: BTreeSet<QualifiedName>,
    /// Some statement's work can be known only by a run: dynamic SQL, a call.
    pub(super) unread: bool,
}

impl Says {
    /// Rows that go in a DO block or by a trigger are not said: a reader of the file would not expect them to go.
    pub(super) fn read(steps: &[&Step<'_>], before: &Catalog) -> Self {
        let mut says = Self::default();
        let mut cascades = BTreeSet::new();
        for step in steps {
            let place = Place { before, step };
            let in_create_table = matches!(step.statement.kind, StatementKind::CreateTable(_));
            for (name, level) in locks(&step.statement) {
                // A table that only a new one refers to.
                if in_create_table && level == LockLevel::ShareRowExclusive {
                    continue;
                }
                says.touched.extend(place.table_behind(&name));
            }
            says.unread |= step.unread || calls_something(step);
            says.read_kind(&place, &mut cascades);
            for change in &step.statement.with_changes {
                says.read_change(&place, change);
            }
        }
        says.follow_foreign_keys(before, &cascades);
        says
    }

    fn read_kind(&mut self, place: &Place<'_>, cascades: &mut BTreeSet<QualifiedName>) {
        match &place.step.statement.kind {
            StatementKind::Drop(dropped) => match dropped.object {
                Dropped::Table | Dropped::ForeignTable => {
                    self.dropped.extend(dropped.names.iter().filter_map(|name| place.table_name(&name.name)));
                }
                Dropped::Schema => {
                    for name in &dropped.names {
                        let inside = place.before.of_kind(ObjectKind::Table).map(|(id, _)| id);
                        let inside: Vec<&ObjectId> = inside
                            .filter(|id| id.schema.as_ref().is_some_and(|schema| *schema == name.name.name.as_str()))
                            .collect();
                        self.touched.extend(inside.iter().map(|id| (*id).clone()));
                        self.dropped.extend(inside.iter().filter_map(|id| id.qualified_name()));
                    }
                }
                Dropped::Type | Dropped::Domain => {
                    for name in &dropped.names {
                        for (table, column) in place.columns_of_type(&name.name) {
                            self.touched.insert(table.clone());
                            self.dropped_columns.extend(table.qualified_name().map(|table| (table, column)));
                        }
                    }
                }
                _ => {}
            },
            StatementKind::AlterType(altered) => {
                self.touched.extend(place.columns_of_type(&altered.name).into_iter().map(|(table, _)| table));
            }
            StatementKind::AlterTable(table) => {
                let Some(name) = place.table_name(&table.name) else { return };
                for action in &table.actions {
                    match &action.kind {
                        AlterTableActionKind::DropColumn { name: column, .. } => {
                            self.dropped_columns.insert((name.clone(), Identifier::from(column.as_str())));
                        }
                        AlterTableActionKind::DetachPartition { .. } => {
                            self.emptied.insert(name.clone());
                        }
                        _ => {}
                    }
                }
            }
            StatementKind::Truncate { tables, cascade, .. } if !place.step.in_do_block => {
                for table in tables.iter().filter_map(|table| place.table_name(&table.name)) {
                    if *cascade {
                        cascades.insert(table.clone());
                    }
                    self.emptied.insert(table);
                }
            }
            StatementKind::Change(change) => self.read_change(place, change),
            _ => {}
        }
    }

    fn read_change(&mut self, place: &Place<'_>, change: &DataChange) {
        let Some(table) = place.table_name(&change.table) else { return };
        match change.kind {
            DataChangeKind::Delete | DataChangeKind::Merge if !place.step.in_do_block => {
                if change.kind == DataChangeKind::Merge {
                    self.updated.insert(table.clone());
                }
                self.emptied.insert(table);
            }
            // INSERT … ON CONFLICT DO UPDATE.
            DataChangeKind::Insert if !change.on_conflict => {}
            DataChangeKind::Delete => {}
            _ => {
                self.updated.insert(table);
            }
        }
    }

    /// What goes with a row of another table, by its foreign key's own words; and partitions, with their parent.
    fn follow_foreign_keys(&mut self, before: &Catalog, truncated: &BTreeSet<QualifiedName>) {
        loop {
            let size = (self.emptied.len(), self.updated.len(), self.dropped.len());
            for (id, object) in before.of_kind(ObjectKind::Constraint) {
                let (Object::Constraint(constraint), Some(child)) = (object, id.qualified_name()) else { continue };
                let Some(references) = &constraint.references else { continue };
                if self.emptied.contains(&references.table) {
                    match references.on_delete {
                        ForeignKeyAction::Cascade => drop(self.emptied.insert(child.clone())),
                        ForeignKeyAction::SetNull | ForeignKeyAction::SetDefault => {
                            self.updated.insert(child.clone());
                        }
                        _ if truncated.contains(&references.table) => drop(self.emptied.insert(child.clone())),
                        _ => {}
                    }
                }
                let updates = !matches!(references.on_update, ForeignKeyAction::NoAction | ForeignKeyAction::Restrict);
                if updates && self.updated.contains(&references.table) {
                    self.updated.insert(child);
                }
            }
            for (id, object) in before.of_kind(ObjectKind::Table) {
                let (Object::Table(table), Some(name)) = (object, id.qualified_name()) else { continue };
                let parents = table.parents();
                for parent in parents {
                    for set in [&mut self.emptied, &mut self.updated, &mut self.dropped] {
                        if set.contains(parent) {
                            set.insert(name.clone());
                        }
                    }
                    // Rows of a partition are its parent's too.
                    for set in [&mut self.emptied, &mut self.updated] {
                        if set.contains(&name) {
                            set.insert(parent.clone());
                        }
                    }
                    if self.dropped.contains(&name) {
                        self.emptied.insert(parent.clone());
                    }
                }
            }
            if size == (self.emptied.len(), self.updated.len(), self.dropped.len()) {
                break;
            }
        }
    }
}

/// A SELECT, CALL or DO whose functions are not PostgreSQL's own.
fn calls_something(step: &Step<'_>) -> bool {
    let runs = matches!(step.statement.kind, StatementKind::Select(_) | StatementKind::Call { .. });
    runs && step.statement.calls.iter().any(|call| call.name.schema.as_deref() != Some("pg_catalog"))
}

struct Place<'a> {
    before: &'a Catalog,
    step: &'a Step<'a>,
}

impl Place<'_> {
    fn find(&self, name: &Name, kind: ObjectKind) -> Option<ObjectId> {
        let there = |schema: &str| {
            let id = ObjectId::in_schema(kind, schema, name.name.as_str());
            self.before.get(&id).is_some().then_some(id)
        };
        match &name.schema {
            Some(schema) => there(schema),
            None => self.step.search_path.iter().find_map(|schema| there(schema)),
        }
    }

    fn table_name(&self, name: &Name) -> Option<QualifiedName> {
        self.find(name, ObjectKind::Table)?.qualified_name()
    }

    /// The table of the name, or the one that the index of the name is on.
    fn table_behind(&self, name: &Name) -> Option<ObjectId> {
        let table = self.find(name, ObjectKind::Table).or_else(|| {
            let index = self.find(name, ObjectKind::Index)?;
            match self.before.get(&index)? {
                Object::Index(index) => {
                    Some(ObjectId::in_schema(ObjectKind::Table, index.table.schema.clone(), index.table.name.clone()))
                }
                _ => None,
            }
        })?;
        match self.before.get(&table)? {
            Object::Table(found) if found.kind != TableKind::Foreign => Some(table),
            _ => None,
        }
    }

    fn columns_of_type(&self, name: &Name) -> Vec<(ObjectId, Identifier)> {
        let kinds = [ObjectKind::EnumType, ObjectKind::DomainType, ObjectKind::CompositeType, ObjectKind::RangeType];
        let Some(data_type) = kinds.into_iter().find_map(|kind| self.find(name, kind)) else { return Vec::new() };
        self.before
            .of_kind(ObjectKind::Column)
            .filter_map(|(id, object)| match object {
                Object::Column(column) if column.user_type.as_ref() == Some(&data_type) => {
                    Some((id.relation(ObjectKind::Table), id.sub.clone()?))
                }
                _ => None,
            })
            .collect()
    }
}
