//! What a table asks of its rows, from the catalog.

use std::collections::BTreeSet;

use pgmason_model::catalog::{ConstraintKind, References, TableKind};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind, QualifiedName};

use super::literals;

/// A table as a row meets it.
pub(super) struct Shape {
    pub(super) id: ObjectId,
    /// In order, those left out that PostgreSQL fills itself.
    pub(super) columns: Vec<ColumnShape>,
    pub(super) foreign_keys: Vec<ForeignKey>,
    /// Columns of primary and unique keys.
    pub(super) keys: BTreeSet<Identifier>,
    /// Values of the partition key that lead into a partition, as text.
    pub(super) partition_values: Vec<(Identifier, Option<String>)>,
}

pub(super) struct ColumnShape {
    pub(super) name: Identifier,
    pub(super) type_name: String,
    pub(super) user_type: Option<ObjectId>,
    /// NOT NULL without a default.
    pub(super) required: bool,
    pub(super) nullable: bool,
    pub(super) has_default: bool,
    /// Its default counts up: a value of our own would be in its way.
    pub(super) counts: bool,
}

#[derive(Clone)]
pub(super) struct ForeignKey {
    pub(super) columns: Vec<Identifier>,
    pub(super) parent: ObjectId,
    pub(super) parent_columns: Vec<Identifier>,
}

impl Shape {
    pub(super) fn read(catalog: &Catalog, id: &ObjectId) -> Result<Self, String> {
        let Some(Object::Table(table)) = catalog.get(id) else {
            return Err("it is no table".to_owned());
        };
        if table.kind == TableKind::Foreign {
            return Err("it is a foreign table".to_owned());
        }
        let mut columns: Vec<(i32, ColumnShape)> = Vec::new();
        for (column_id, object) in catalog.of_relation(ObjectKind::Column, id) {
            let (Object::Column(column), Some(name)) = (object, &column_id.sub) else { continue };
            if column.generated.is_some() {
                continue;
            }
            let default = match catalog.get(&ObjectId { kind: ObjectKind::Default, ..column_id.clone() }) {
                Some(Object::Default(default)) => Some(default),
                _ => None,
            };
            let (domain_not_null, domain_default) = domain(catalog, column.user_type.as_ref());
            let has_default = default.is_some() || column.identity.is_some() || domain_default;
            let not_null = column.not_null || domain_not_null;
            columns.push((
                column.position,
                ColumnShape {
                    name: name.clone(),
                    type_name: column.type_name.clone(),
                    user_type: column.user_type.clone(),
                    required: not_null && !has_default,
                    nullable: !not_null,
                    has_default,
                    counts: column.identity.is_some() || default.is_some_and(|default| default.sequence.is_some()),
                },
            ));
        }
        columns.sort_by_key(|(position, _)| *position);
        let mut foreign_keys = Vec::new();
        let mut keys = BTreeSet::new();
        for (_, object) in catalog.of_relation(ObjectKind::Constraint, id) {
            if let Object::Constraint(constraint) = object
                && matches!(constraint.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique)
            {
                keys.extend(constraint.columns.iter().cloned());
            }
            if let Object::Constraint(constraint) = object
                && constraint.kind == ConstraintKind::ForeignKey
                && constraint.enforced
                && let Some(References { table, columns: parent_columns, .. }) = &constraint.references
            {
                foreign_keys.push(ForeignKey {
                    columns: constraint.columns.clone(),
                    parent: ObjectId::in_schema(ObjectKind::Table, table.schema.clone(), table.name.clone()),
                    parent_columns: parent_columns.clone(),
                });
            }
        }
        let partition_values = match partition_values(catalog, id) {
            Some(values) => values,
            None => return Err("it has no partition that could take a row".to_owned()),
        };
        Ok(Self {
            id: id.clone(),
            columns: columns.into_iter().map(|(_, column)| column).collect(),
            foreign_keys,
            keys,
            partition_values,
        })
    }

    pub(super) fn column(&self, name: &Identifier) -> Option<&ColumnShape> {
        self.columns.iter().find(|column| column.name == *name)
    }
}

fn domain(catalog: &Catalog, user_type: Option<&ObjectId>) -> (bool, bool) {
    match user_type.and_then(|id| catalog.get(id)) {
        Some(Object::DomainType(domain)) => (domain.not_null, domain.default.is_some()),
        _ => (false, false),
    }
}

/// Values that a row needs to fall into a partition: the bounds on the way up, and those of the first way down. None
/// where no partition is there.
fn partition_values(catalog: &Catalog, id: &ObjectId) -> Option<Vec<(Identifier, Option<String>)>> {
    let mut values = Vec::new();
    let mut child = id.clone();
    while let Some(Object::Table(table)) = catalog.get(&child) {
        let Some(part) = &table.partition_of else { break };
        let parent = table_id(&part.parent);
        values.extend(within_bound(catalog, &parent, &part.bound));
        child = parent;
    }
    let mut parent = id.clone();
    while let Some(Object::Table(table)) = catalog.get(&parent) {
        if table.kind != TableKind::Partitioned {
            break;
        }
        let name = parent.qualified_name()?;
        let mut partitions = catalog.of_kind(ObjectKind::Table).filter_map(|(id, object)| match object {
            Object::Table(table) => {
                let part = table.partition_of.as_ref().filter(|part| part.parent == name)?;
                Some((id.clone(), part.bound.clone()))
            }
            _ => None,
        });
        let (partition, bound) = partitions.next()?;
        values.extend(within_bound(catalog, &parent, &bound));
        parent = partition;
    }
    Some(values)
}

/// The key's columns with values inside the bound. Hash and default partitions take whatever comes.
fn within_bound(catalog: &Catalog, parent: &ObjectId, bound: &str) -> Vec<(Identifier, Option<String>)> {
    let Some(Object::Table(table)) = catalog.get(parent) else { return Vec::new() };
    let key = table.partition_key.as_deref().unwrap_or_default();
    let columns: Vec<Identifier> = key
        .split_once('(')
        .map(|(_, list)| list.trim_end_matches(')').split(',').map(|part| bare_column(part.trim())).collect())
        .unwrap_or_default();
    let list = match bound.strip_prefix("FOR VALUES ") {
        Some(rest) if rest.starts_with("IN ") => rest.trim_start_matches("IN "),
        Some(rest) if rest.starts_with("FROM ") => {
            let (from, to) = rest.trim_start_matches("FROM ").split_once(") TO (").unwrap_or((rest, ""));
            // The upper end is not inside, but what lies below every lower end is found only from there.
            if from.contains("MINVALUE") { to } else { from }
        }
        _ => return Vec::new(),
    };
    let is_null = list.trim_start_matches('(').trim_start().starts_with("NULL");
    let found = literals::of(list);
    let is_list = bound.starts_with("FOR VALUES IN");
    columns
        .into_iter()
        .enumerate()
        .filter_map(|(place, column)| {
            let value = if is_list { found.first() } else { found.get(place) };
            match value {
                Some(value) => Some((column, Some(value.text.clone()))),
                None => is_null.then_some((column, None)),
            }
        })
        .collect()
}

fn bare_column(part: &str) -> Identifier {
    let word = part.split_whitespace().next().unwrap_or_default();
    Identifier::from(pgmason_sql::fold_identifier(word))
}

fn table_id(name: &QualifiedName) -> ObjectId {
    ObjectId::in_schema(ObjectKind::Table, name.schema.clone(), name.name.clone())
}
