//! Which tables a plan touches, by their names before and after it.

use std::collections::BTreeSet;

use pgmason_model::difference::{ActionKind, ChangeKind, DifferencePlan, HazardKind};
use pgmason_model::{Catalog, Object, ObjectId, ObjectKind};

#[derive(Debug, Default)]
pub(super) struct Touched {
    /// Tables that a statement is about, whatever about them.
    pub(super) tables: BTreeSet<ObjectId>,
    /// Tables that go with their rows, as a hazard says.
    pub(super) lost: BTreeSet<ObjectId>,
    /// Relations that may be written anew: tables, indexes, materialized views.
    pub(super) rewritten: BTreeSet<ObjectId>,
}

impl Touched {
    pub(super) fn by(plan: &DifferencePlan, from: &Catalog, to: &Catalog) -> Self {
        let mut touched = Self::default();
        for statement in &plan.statements {
            let table = table_of(&statement.object, from).or_else(|| table_of(&statement.object, to));
            for rewritten in &statement.rewrites {
                touched.tables.extend(table_of(rewritten, from));
            }
            touched.rewritten.extend(statement.rewrites.iter().cloned());
            let about = |kind| statement.hazards.iter().any(|hazard| hazard.kind == kind);
            if about(HazardKind::IndexRebuild) || statement.object.kind == ObjectKind::Index {
                touched.rewritten.insert(statement.object.clone());
            }
            if about(HazardKind::DataLoss) && statement.action != ActionKind::Alter {
                touched.lost.extend(table.clone().filter(|table| *table == statement.object));
            }
            touched.tables.extend(table);
        }
        // A statement about a type or a sequence reaches the columns that use it.
        let changed: BTreeSet<&ObjectId> = plan.statements.iter().map(|statement| &statement.object).collect();
        for (dependent, needed) in from.dependencies.iter().chain(&to.dependencies) {
            let is_type = matches!(
                needed.kind,
                ObjectKind::EnumType | ObjectKind::DomainType | ObjectKind::CompositeType | ObjectKind::RangeType
            );
            if is_type && changed.contains(needed) {
                touched.tables.extend(table_of(dependent, from).or_else(|| table_of(dependent, to)));
            }
        }
        let renamed: Vec<(ObjectId, ObjectId)> = plan
            .changes
            .iter()
            .filter_map(|change| match &change.change {
                ChangeKind::RenamedFrom(old) if old.kind == ObjectKind::Table => {
                    Some((old.clone(), change.object.clone()))
                }
                _ => None,
            })
            .collect();
        for (old, new) in renamed {
            if touched.tables.contains(&new) || touched.tables.contains(&old) {
                touched.tables.extend([old, new]);
            }
        }
        touched.spread(from);
        touched.spread(to);
        touched
    }

    /// What is done to a table is done to its partitions and to what inherits from it.
    fn spread(&mut self, catalog: &Catalog) {
        loop {
            let children = catalog.of_kind(ObjectKind::Table).filter(|(id, object)| {
                let Object::Table(table) = object else { return false };
                let mut parents = table.parents();
                let is_touched = |parent: &pgmason_model::QualifiedName| {
                    let parent = ObjectId::in_schema(ObjectKind::Table, parent.schema.clone(), parent.name.clone());
                    self.tables.contains(&parent)
                };
                !self.tables.contains(*id) && parents.any(is_touched)
            });
            let children: Vec<ObjectId> = children.map(|(id, _)| id.clone()).collect();
            if children.is_empty() {
                return;
            }
            self.tables.extend(children);
        }
    }

    /// Tables of the first schema to put rows into.
    pub(super) fn to_seed(&self, from: &Catalog) -> BTreeSet<ObjectId> {
        self.tables.iter().filter(|id| matches!(from.get(id), Some(Object::Table(_)))).cloned().collect()
    }
}

/// The table that the object is, or is a part of.
pub(super) fn table_of(id: &ObjectId, catalog: &Catalog) -> Option<ObjectId> {
    match id.kind {
        ObjectKind::Table => Some(id.clone()),
        ObjectKind::Column
        | ObjectKind::Default
        | ObjectKind::Constraint
        | ObjectKind::Trigger
        | ObjectKind::Rule
        | ObjectKind::Policy => {
            let table = id.relation(ObjectKind::Table);
            catalog.get(&table).map(|_| table)
        }
        ObjectKind::Index => match catalog.get(id)? {
            Object::Index(index) => {
                let table =
                    ObjectId::in_schema(ObjectKind::Table, index.table.schema.clone(), index.table.name.clone());
                catalog.get(&table).map(|_| table)
            }
            _ => None,
        },
        ObjectKind::Grant | ObjectKind::Comment => table_of(id.of.as_deref()?, catalog),
        _ => None,
    }
}
