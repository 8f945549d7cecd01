//! A catalog arranged for rules: each table with all that belongs to it, found once, borrowed everywhere.

use std::collections::{BTreeMap, HashMap};

use pgmason_model::catalog::{
    Column, Constraint, ConstraintKind, Default as ColumnDefault, Function, Grant, Index, MaterializedView, Policy,
    References, Sequence, Table, TableKind, Trigger, View,
};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind, QualifiedName};

use crate::access::Access;
use crate::observations::Observations;
use crate::rulebook::{OptionValue, Rulebook};
use crate::rules::Rule;

/// Everything that a rule over the schema may look at.
pub struct SchemaContext<'a> {
    pub rule: &'static Rule,
    pub catalog: &'a Catalog,
    pub schema: &'a Schema<'a>,
    pub rulebook: &'a Rulebook,
    pub observations: &'a Observations,
}

/// The project's relations and functions, and lookups over the whole catalog.
pub struct Schema<'a> {
    /// The project's tables, in order; the platform's are not among them.
    pub tables: Vec<TableView<'a>>,
    pub views: Vec<(&'a ObjectId, &'a View)>,
    pub materialized_views: Vec<(&'a ObjectId, &'a MaterializedView)>,
    /// The project's functions and procedures.
    pub functions: Vec<(&'a ObjectId, &'a Function)>,
    pub sequences: Vec<(&'a ObjectId, &'a Sequence)>,
    pub access: Access<'a>,
    /// The platform's tables: policies and triggers on them may be the project's.
    pub platform_tables: Vec<TableView<'a>>,
    by_name: HashMap<(&'a str, &'a str), usize>,
    platform_by_name: HashMap<(&'a str, &'a str), usize>,
}

/// A table with all that belongs to it.
pub struct TableView<'a> {
    pub id: &'a ObjectId,
    pub table: &'a Table,
    /// In the table's order.
    pub columns: Vec<ColumnView<'a>>,
    pub constraints: Vec<(&'a Identifier, &'a Constraint)>,
    /// Id of the index, in the order of names.
    pub indexes: Vec<(&'a ObjectId, &'a Index)>,
    pub triggers: Vec<(&'a Identifier, &'a Trigger)>,
    pub policies: Vec<(&'a ObjectId, &'a Policy)>,
}

/// A column with its default.
#[derive(Clone, Copy)]
pub struct ColumnView<'a> {
    pub id: &'a ObjectId,
    pub name: &'a Identifier,
    pub column: &'a Column,
    pub default: Option<&'a ColumnDefault>,
}

/// A foreign key, taken apart.
#[derive(Clone, Copy)]
pub struct ForeignKey<'a> {
    pub name: &'a Identifier,
    pub constraint: &'a Constraint,
    pub columns: &'a [Identifier],
    pub references: &'a References,
}

impl<'a> SchemaContext<'a> {
    /// The project's tables, partitions left out: what is true of a parent is said once.
    pub fn root_tables(&self) -> impl Iterator<Item = &'a TableView<'a>> {
        self.schema.tables.iter().filter(|table| !table.is_partition())
    }

    /// The project's tables, partitions too.
    pub fn tables(&self) -> impl Iterator<Item = &'a TableView<'a>> {
        self.schema.tables.iter()
    }

    pub fn option_integer(&self, name: &str) -> i64 {
        match self.rulebook.option(self.rule, name) {
            Some(OptionValue::Integer(value)) => value,
            _ => 0,
        }
    }

    pub fn option_boolean(&self, name: &str) -> bool {
        matches!(self.rulebook.option(self.rule, name), Some(OptionValue::Boolean(true)))
    }

    pub fn option_text(&self, name: &str) -> String {
        match self.rulebook.option(self.rule, name) {
            Some(OptionValue::Text(value)) => value,
            _ => String::new(),
        }
    }

    pub fn option_list(&self, name: &str) -> Vec<String> {
        self.rulebook.option_list(self.rule, name)
    }
}

impl<'a> Schema<'a> {
    pub fn new(catalog: &'a Catalog) -> Self {
        let mut tables = Vec::new();
        let mut platform_tables = Vec::new();
        let mut indexes = indexes_by_table(catalog);
        for (id, object) in catalog.of_kind(ObjectKind::Table) {
            if let Object::Table(table) = object {
                let view = table_view(catalog, id, table, &mut indexes);
                if catalog.is_platform(id) { platform_tables.push(view) } else { tables.push(view) }
            }
        }
        let by_name = names(&tables);
        let platform_by_name = names(&platform_tables);
        Self {
            views: project(catalog, ObjectKind::View, |object| match object {
                Object::View(view) => Some(view),
                _ => None,
            }),
            materialized_views: project(catalog, ObjectKind::MaterializedView, |object| match object {
                Object::MaterializedView(view) => Some(view),
                _ => None,
            }),
            functions: project(catalog, ObjectKind::Function, |object| match object {
                Object::Function(function) => Some(function),
                _ => None,
            }),
            sequences: project(catalog, ObjectKind::Sequence, |object| match object {
                Object::Sequence(sequence) => Some(sequence),
                _ => None,
            }),
            access: Access::new(catalog),
            tables,
            platform_tables,
            by_name,
            platform_by_name,
        }
    }

    /// A table of the project or of the platform.
    pub fn table(&self, name: &QualifiedName) -> Option<&TableView<'a>> {
        let key = (name.schema.as_str(), name.name.as_str());
        match self.by_name.get(&key) {
            Some(&place) => self.tables.get(place),
            None => self.platform_by_name.get(&key).and_then(|&place| self.platform_tables.get(place)),
        }
    }
}

impl<'a> TableView<'a> {
    pub fn schema(&self) -> &'a str {
        self.id.schema.as_ref().map_or("", Identifier::as_str)
    }

    pub fn name(&self) -> &'a str {
        self.id.name.as_str()
    }

    pub fn is_partition(&self) -> bool {
        self.table.partition_of.is_some()
    }

    pub fn is_foreign(&self) -> bool {
        self.table.kind == TableKind::Foreign
    }

    pub fn column(&self, name: &str) -> Option<ColumnView<'a>> {
        self.columns.iter().find(|column| column.name.as_str() == name).copied()
    }

    pub fn primary_key(&self) -> Option<&'a Constraint> {
        self.constraints
            .iter()
            .map(|(_, constraint)| *constraint)
            .find(|constraint| constraint.kind == ConstraintKind::PrimaryKey)
    }

    /// CHECK constraints that mention the column.
    pub fn checks_on(&self, column: &str) -> impl Iterator<Item = &'a Constraint> {
        self.constraints.iter().map(|(_, constraint)| *constraint).filter(move |constraint| {
            constraint.kind == ConstraintKind::Check && constraint.columns.iter().any(|name| name.as_str() == column)
        })
    }

    pub fn foreign_keys(&self) -> impl Iterator<Item = ForeignKey<'a>> {
        self.constraints.iter().filter_map(|(name, constraint)| {
            let references = constraint.references.as_ref()?;
            Some(ForeignKey { name, constraint, columns: &constraint.columns, references })
        })
    }

    /// The id of one of the table's constraints.
    pub fn constraint_id(&self, name: &Identifier) -> ObjectId {
        ObjectId::sub_object(ObjectKind::Constraint, self.schema(), self.name(), name.clone())
    }
}

fn table_view<'a>(
    catalog: &'a Catalog,
    id: &'a ObjectId,
    table: &'a Table,
    indexes: &mut HashMap<(&'a str, &'a str), Vec<(&'a ObjectId, &'a Index)>>,
) -> TableView<'a> {
    let defaults: BTreeMap<&Identifier, &ColumnDefault> = catalog
        .of_relation(ObjectKind::Default, id)
        .filter_map(|(id, object)| match (object, &id.sub) {
            (Object::Default(default), Some(column)) => Some((column, default)),
            _ => None,
        })
        .collect();
    let mut columns: Vec<ColumnView<'a>> = catalog
        .of_relation(ObjectKind::Column, id)
        .filter_map(|(id, object)| match (object, &id.sub) {
            (Object::Column(column), Some(name)) => {
                Some(ColumnView { id, name, column, default: defaults.get(name).copied() })
            }
            _ => None,
        })
        .collect();
    columns.sort_by_key(|column| column.column.position);
    TableView {
        id,
        table,
        columns,
        constraints: sub_objects(catalog, ObjectKind::Constraint, id, |object| match object {
            Object::Constraint(constraint) => Some(constraint),
            _ => None,
        }),
        indexes: indexes
            .remove(&(id.schema.as_ref().map_or("", Identifier::as_str), id.name.as_str()))
            .unwrap_or_default(),
        triggers: sub_objects(catalog, ObjectKind::Trigger, id, |object| match object {
            Object::Trigger(trigger) => Some(trigger),
            _ => None,
        }),
        policies: catalog
            .of_relation(ObjectKind::Policy, id)
            .filter_map(|(id, object)| match object {
                Object::Policy(policy) => Some((id, policy)),
                _ => None,
            })
            .collect(),
    }
}

fn sub_objects<'a, T>(
    catalog: &'a Catalog,
    kind: ObjectKind,
    relation: &ObjectId,
    take: impl Fn(&'a Object) -> Option<&'a T>,
) -> Vec<(&'a Identifier, &'a T)> {
    catalog.of_relation(kind, relation).filter_map(|(id, object)| Some((id.sub.as_ref()?, take(object)?))).collect()
}

fn project<'a, T>(
    catalog: &'a Catalog,
    kind: ObjectKind,
    take: impl Fn(&'a Object) -> Option<&'a T>,
) -> Vec<(&'a ObjectId, &'a T)> {
    catalog
        .of_kind(kind)
        .filter(|(id, _)| !catalog.is_platform(id))
        .filter_map(|(id, object)| Some((id, take(object)?)))
        .collect()
}

fn indexes_by_table(catalog: &Catalog) -> HashMap<(&str, &str), Vec<(&ObjectId, &Index)>> {
    let mut map: HashMap<(&str, &str), Vec<(&ObjectId, &Index)>> = HashMap::new();
    for (id, object) in catalog.of_kind(ObjectKind::Index) {
        if let Object::Index(index) = object {
            map.entry((index.table.schema.as_str(), index.table.name.as_str())).or_default().push((id, index));
        }
    }
    map
}

fn names<'a>(tables: &[TableView<'a>]) -> HashMap<(&'a str, &'a str), usize> {
    tables.iter().enumerate().map(|(place, table)| ((table.schema(), table.name()), place)).collect()
}

/// What a grantee holds on an object, for [`Access`].
pub(crate) type GrantsOf<'a> = HashMap<&'a ObjectId, Vec<(&'a Identifier, &'a Grant)>>;
