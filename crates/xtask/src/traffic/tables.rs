//! The tables that requests go to, and where each of their columns gets its value from, read from the catalog.

use std::collections::{BTreeMap, BTreeSet};

use pgmason_model::catalog::{ConstraintKind, TableKind};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind, QualifiedName};

use super::surface::Surface;
use super::value;

/// Names of columns that hold whom a row belongs to, where no foreign key says so.
const USER_COLUMNS: &[&str] = &["user_id", "owner_id"];

#[derive(Clone, Debug)]
pub(super) struct Table {
    /// As it is called at the beginning.
    pub(super) name: QualifiedName,
    pub(super) columns: Vec<Column>,
    /// Places of the primary key's columns.
    pub(super) key: Vec<usize>,
    /// Unique keys in which no column counts up: rows run out.
    pub(super) narrow: Vec<Vec<usize>>,
    /// How it is called and what its columns are called, stage after stage; the first is the beginning.
    pub(super) surfaces: Vec<Surface>,
    /// Why no row is put in, changed or taken out.
    pub(super) read_only: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: Identifier,
    pub(super) type_name: String,
    /// Of an enum.
    pub(super) labels: Vec<String>,
    pub(super) source: Source,
    /// May be changed by an UPDATE.
    pub(super) changeable: bool,
    /// Comes back as it was sent.
    pub(super) compared: bool,
    /// Another name for it is used once a stage has begun: its default may be another then.
    pub(super) default_changes: bool,
    /// Left alone altogether.
    pub(super) hidden: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Source {
    /// PostgreSQL gives it: a default, NULL.
    Left,
    /// An identity or a sequence.
    Counted,
    /// Whoever asks.
    User,
    /// A row of another table.
    Parent(QualifiedName, Identifier),
    /// Made up.
    Made,
}

impl Column {
    pub(super) fn is_sent(&self) -> bool {
        !matches!(self.source, Source::Left | Source::Counted)
    }

    pub(super) fn hide(&mut self) {
        self.source = Source::Left;
        self.changeable = false;
        self.compared = false;
        self.hidden = true;
    }
}

impl Table {
    /// The key is known only from the answer.
    pub(super) fn key_is_counted(&self) -> bool {
        self.key.iter().any(|place| self.columns[*place].source == Source::Counted)
    }
}

/// Tables of these schemas that have a primary key, parents first; beside them those that have none.
pub(super) fn read(catalog: &Catalog, schemas: &[String]) -> (Vec<Table>, Vec<QualifiedName>) {
    let mut tables = BTreeMap::new();
    let mut passed = Vec::new();
    for (id, object) in catalog.of_kind(ObjectKind::Table) {
        let (Object::Table(found), Some(name)) = (object, id.qualified_name()) else { continue };
        let wanted = schemas.iter().any(|schema| name.schema == *schema.as_str());
        if !wanted || catalog.is_platform(id) || found.partition_of.is_some() || found.kind == TableKind::Foreign {
            continue;
        }
        match table(catalog, id, &name) {
            Some(table) => drop(tables.insert(name, table)),
            None => passed.push(name),
        }
    }
    (in_order(tables), passed)
}

fn table(catalog: &Catalog, id: &ObjectId, name: &QualifiedName) -> Option<Table> {
    let constraints: Vec<_> = catalog
        .of_relation(ObjectKind::Constraint, id)
        .filter_map(|(_, object)| match object {
            Object::Constraint(constraint) => Some(constraint),
            _ => None,
        })
        .collect();
    let of_kind = |kind| constraints.iter().filter(move |constraint| constraint.kind == kind);
    let key = of_kind(ConstraintKind::PrimaryKey).next()?.columns.clone();
    let mut unique: BTreeSet<Vec<Identifier>> = of_kind(ConstraintKind::PrimaryKey)
        .chain(of_kind(ConstraintKind::Unique))
        .map(|constraint| constraint.columns.clone())
        .collect();
    for (_, object) in catalog.of_kind(ObjectKind::Index) {
        if let Object::Index(index) = object
            && index.unique
            && index.table == *name
            && index.keys.iter().all(|key| key.column.is_some())
        {
            unique.insert(index.keys.iter().filter_map(|key| key.column.clone()).collect());
        }
    }
    let in_unique: BTreeSet<&Identifier> = unique.iter().flatten().collect();
    let checked: BTreeSet<&Identifier> =
        of_kind(ConstraintKind::Check).flat_map(|constraint| &constraint.columns).collect();
    let mut references: BTreeMap<&Identifier, (QualifiedName, Identifier)> = BTreeMap::new();
    let mut in_composite: BTreeSet<&Identifier> = BTreeSet::new();
    for constraint in of_kind(ConstraintKind::ForeignKey) {
        match (&constraint.columns[..], &constraint.references) {
            ([column], Some(found)) if found.columns.len() == 1 => {
                references.insert(column, (found.table.clone(), found.columns[0].clone()));
            }
            (columns, _) => in_composite.extend(columns),
        }
    }
    let mut read_only = None;
    let mut columns: Vec<(i32, Column)> = Vec::new();
    for (column_id, object) in catalog.of_relation(ObjectKind::Column, id) {
        let (Object::Column(found), Some(column_name)) = (object, &column_id.sub) else { continue };
        if found.generated.is_some() {
            continue;
        }
        let default = match catalog.get(&ObjectId { kind: ObjectKind::Default, ..column_id.clone() }) {
            Some(Object::Default(default)) => Some(default),
            _ => None,
        };
        let labels = match found.user_type.as_ref().and_then(|id| catalog.get(id)) {
            Some(Object::EnumType(labels)) if !found.type_name.ends_with("[]") => labels.labels.clone(),
            _ => Vec::new(),
        };
        let mut column = Column {
            name: column_name.clone(),
            type_name: found.type_name.clone(),
            labels,
            source: Source::Left,
            changeable: false,
            compared: true,
            default_changes: false,
            hidden: false,
        };
        let optional = !found.not_null || default.is_some();
        let users = QualifiedName::new("auth", "users");
        let is_user = USER_COLUMNS.iter().any(|name| *column_name == **name)
            && ["uuid", "text"].contains(&found.type_name.as_str());
        column.source = if found.identity.is_some() || default.is_some_and(|default| default.sequence.is_some()) {
            Source::Counted
        } else if references.get(column_name).is_some_and(|(table, _)| *table == users) {
            Source::User
        } else if let Some((parent, referenced)) = references.get(column_name) {
            match (parent == name, optional) {
                (false, _) => Source::Parent(parent.clone(), referenced.clone()),
                (true, true) => Source::Left,
                (true, false) => {
                    read_only = Some(format!("{column_name} has to refer to another row of the table"));
                    Source::Left
                }
            }
        } else if is_user {
            Source::User
        } else if optional && (in_composite.contains(column_name) || checked.contains(column_name)) {
            Source::Left
        } else if default.is_some() && !key.contains(column_name) {
            // In a key a default has to be another one each time.
            let stays = !in_unique.contains(column_name) || found.type_name == "uuid";
            if stays || value::value(&column, 1).is_none() { Source::Left } else { Source::Made }
        } else if value::value(&column, 1).is_some() {
            Source::Made
        } else {
            if found.not_null && default.is_none() {
                read_only = Some(format!("no value of type {} is known for {column_name}", found.type_name));
            }
            Source::Left
        };
        column.changeable = matches!(column.source, Source::Made | Source::Left)
            && value::value(&column, 1).is_some()
            && !in_unique.contains(column_name)
            && !checked.contains(column_name)
            && !references.contains_key(column_name)
            && !in_composite.contains(column_name);
        columns.push((found.position, column));
    }
    columns.sort_by_key(|(position, _)| *position);
    let columns: Vec<Column> = columns.into_iter().map(|(_, column)| column).collect();
    let place = |name: &Identifier| columns.iter().position(|column| column.name == *name);
    let key: Vec<usize> = key.iter().filter_map(place).collect();
    let counts_up = |place: &usize| match columns[*place].source {
        Source::Counted => true,
        Source::Made => value::is_unbounded(&columns[*place]),
        Source::Left => columns[*place].type_name == "uuid",
        Source::User | Source::Parent(..) => false,
    };
    let narrow = unique
        .iter()
        .map(|set| set.iter().filter_map(place).collect::<Vec<usize>>())
        .filter(|set| !set.is_empty() && !set.iter().any(counts_up))
        .collect();
    let surfaces = vec![Surface::beginning(name)];
    Some(Table { name: name.clone(), columns, key, narrow, surfaces, read_only })
}

/// Parents before those that refer to them; what refers to each other comes in the order of names.
fn in_order(mut left: BTreeMap<QualifiedName, Table>) -> Vec<Table> {
    let mut done = Vec::new();
    while !left.is_empty() {
        let waits = |table: &Table| {
            table.columns.iter().any(|column| matches!(&column.source, Source::Parent(of, _) if left.contains_key(of)))
        };
        let next = left.values().find(|table| !waits(table)).or_else(|| left.values().next());
        let Some(name) = next.map(|table| table.name.clone()) else { break };
        done.extend(left.remove(&name));
    }
    done
}
