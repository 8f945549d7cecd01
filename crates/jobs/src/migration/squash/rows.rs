//! The rows that a chain of migrations leaves behind, as statements that add what is missing.
//!
//! The chain was built twice: a column whose values differ between the two is filled by chance or by the clock, and no
//! row can be found again by it.

use std::collections::{BTreeMap, BTreeSet};

use pgmason_model::catalog::{Column, ConstraintKind, Identity};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind, QualifiedName, quote_literal};
use pgmason_scratch::ScratchDatabase;
use postgres::Client;

use super::report::CarriedRows;
use crate::JobError;
use crate::row_state::elevate;

/// Rows of one table beyond which they are data that belongs elsewhere.
const MOST_ROWS: i64 = 10_000;

/// The rows of a table that are carried.
#[derive(Clone, Debug)]
pub(super) struct TableRows {
    pub(super) table: QualifiedName,
    /// Columns whose values are written down.
    columns: Vec<(Identifier, String)>,
    /// As literals, in order.
    rows: Vec<Vec<String>>,
    guard: Guard,
    overriding: bool,
    /// Left to the defaults.
    left_out: Vec<Identifier>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Guard {
    /// A key says whether a row is there.
    Key,
    /// Rows are added only where there are none at all.
    Empty,
}

/// Reads the rows of a table from two builds of the same chain; None where there are too many.
pub(super) fn read(
    catalog: &Catalog,
    table: &QualifiedName,
    first: &ScratchDatabase,
    second: &ScratchDatabase,
) -> Result<Option<TableRows>, JobError> {
    let id = ObjectId::in_schema(ObjectKind::Table, table.schema.clone(), table.name.clone());
    let columns = columns(catalog, &id);
    let names: Vec<Identifier> = columns.iter().map(|(name, _)| name.clone()).collect();
    let Some(rows) = literals(first, table, &names)? else { return Ok(None) };
    let Some(other) = literals(second, table, &names)? else { return Ok(None) };
    let changing: BTreeSet<usize> =
        (0..names.len()).filter(|place| values(&rows, *place) != values(&other, *place)).collect();
    let is_steady =
        |name: &Identifier| names.iter().position(|known| known == name).is_some_and(|at| !changing.contains(&at));
    let keys = keys(catalog, &id);
    let refers: BTreeSet<&Identifier> = foreign_keys(catalog, &id).flat_map(|(columns, _)| columns).collect();
    let by_key = keys.iter().any(|key| key.iter().all(is_steady));
    let guard = if by_key && refers.iter().all(|column| is_steady(column)) { Guard::Key } else { Guard::Empty };
    let referred = referred_columns(catalog, table);
    // A value by chance is written down only where another row refers to it, or where it is all that a row has.
    let has_default = |name: &Identifier| {
        catalog.get(&ObjectId { kind: ObjectKind::Default, sub: Some(name.clone()), ..id.clone() }).is_some()
    };
    let kept: Vec<usize> = (0..names.len())
        .filter(|place| {
            let name = &names[*place];
            !changing.contains(place) || referred.contains(name) || refers.contains(name) || !has_default(name)
        })
        .collect();
    let left_out = (0..names.len()).filter(|place| !kept.contains(place)).map(|place| names[place].clone()).collect();
    let overriding = kept.iter().any(|place| columns[*place].1.identity == Some(Identity::Always));
    let mut rows: Vec<Vec<String>> =
        rows.into_iter().map(|row| kept.iter().filter_map(|place| row.get(*place).cloned()).collect()).collect();
    rows.sort_by(|a, b| natural(a).cmp(&natural(b)));
    let columns = kept.iter().map(|place| (names[*place].clone(), columns[*place].1.type_name.clone())).collect();
    Ok(Some(TableRows { table: table.clone(), columns, rows, guard, overriding, left_out }))
}

impl TableRows {
    pub(super) fn report(&self) -> CarriedRows {
        CarriedRows {
            table: self.table.to_string(),
            rows: self.rows.len(),
            guard: match self.guard {
                Guard::Key => "by its key".to_owned(),
                Guard::Empty => "only where the table is empty".to_owned(),
            },
            left_to_defaults: self.left_out.iter().map(|name| name.as_str().to_owned()).collect(),
        }
    }

    /// The statement that adds the rows.
    pub(super) fn insert(&self) -> String {
        let names: Vec<String> = self.columns.iter().map(|(name, _)| name.to_string()).collect();
        let overriding = if self.overriding { " OVERRIDING SYSTEM VALUE" } else { "" };
        let head = format!("INSERT INTO {} ({}){overriding}", self.table, names.join(", "));
        let rows = |first_with_types: bool| -> String {
            let rows: Vec<String> = self
                .rows
                .iter()
                .enumerate()
                .map(|(at, row)| {
                    let values: Vec<String> =
                        row.iter()
                            .zip(&self.columns)
                            .map(|(value, (_, type_name))| {
                                if first_with_types && at == 0 {
                                    format!("{value}::{type_name}")
                                } else {
                                    value.clone()
                                }
                            })
                            .collect();
                    format!("    ({})", values.join(", "))
                })
                .collect();
            rows.join(",\n")
        };
        match self.guard {
            Guard::Key => format!("{head} VALUES\n{}\nON CONFLICT DO NOTHING", rows(false)),
            Guard::Empty => format!(
                "{head}\nSELECT * FROM (VALUES\n{}\n) AS rows ({})\nWHERE NOT EXISTS (SELECT FROM {})",
                rows(true),
                names.join(", "),
                self.table
            ),
        }
    }

    /// The values that were written down, as a database has them.
    pub(super) fn found_in(&self, database: &ScratchDatabase) -> Result<bool, JobError> {
        let names: Vec<Identifier> = self.columns.iter().map(|(name, _)| name.clone()).collect();
        let Some(mut rows) = literals(database, &self.table, &names)? else { return Ok(false) };
        rows.sort_by(|a, b| natural(a).cmp(&natural(b)));
        Ok(rows == self.rows)
    }
}

/// Where rows are added before those that refer to them. Tables that refer to each other keep their order.
pub(super) fn parents_first(catalog: &Catalog, tables: Vec<TableRows>) -> Vec<TableRows> {
    let mut left: BTreeMap<QualifiedName, TableRows> =
        tables.into_iter().map(|rows| (rows.table.clone(), rows)).collect();
    let mut ordered = Vec::new();
    while !left.is_empty() {
        let waits = |table: &QualifiedName| {
            let id = ObjectId::in_schema(ObjectKind::Table, table.schema.clone(), table.name.clone());
            foreign_keys(catalog, &id).any(|(_, parent)| parent != table && left.contains_key(parent))
        };
        let next = left.keys().find(|table| !waits(table)).or(left.keys().next()).cloned();
        ordered.extend(next.and_then(|table| left.remove(&table)));
    }
    ordered
}

/// What is filled in by the database is no value of a row.
fn columns<'c>(catalog: &'c Catalog, table: &ObjectId) -> Vec<(Identifier, &'c Column)> {
    let mut found: Vec<(Identifier, &Column)> = catalog
        .of_relation(ObjectKind::Column, table)
        .filter_map(|(id, object)| match object {
            Object::Column(column) if column.generated.is_none() => Some((id.sub.clone()?, column)),
            _ => None,
        })
        .collect();
    found.sort_by_key(|(_, column)| column.position);
    found
}

/// The columns of each primary key and unique index that holds for every row.
fn keys(catalog: &Catalog, table: &ObjectId) -> Vec<Vec<Identifier>> {
    let own = table.qualified_name();
    catalog
        .of_kind(ObjectKind::Index)
        .filter_map(|(_, object)| match object {
            Object::Index(index) if Some(&index.table) == own.as_ref() && index.unique && index.predicate.is_none() => {
                index.keys.iter().map(|key| key.column.clone()).collect::<Option<Vec<_>>>().filter(|_| index.immediate)
            }
            _ => None,
        })
        .collect()
}

fn foreign_keys<'c>(
    catalog: &'c Catalog,
    table: &ObjectId,
) -> impl Iterator<Item = (&'c Vec<Identifier>, &'c QualifiedName)> {
    catalog.of_relation(ObjectKind::Constraint, table).filter_map(|(_, object)| match object {
        Object::Constraint(constraint) if constraint.kind == ConstraintKind::ForeignKey => {
            Some((&constraint.columns, &constraint.references.as_ref()?.table))
        }
        _ => None,
    })
}

/// Columns that foreign keys of other tables, or of its own, point to.
fn referred_columns(catalog: &Catalog, table: &QualifiedName) -> BTreeSet<Identifier> {
    catalog
        .of_kind(ObjectKind::Constraint)
        .filter_map(|(_, object)| match object {
            Object::Constraint(constraint) => {
                constraint.references.as_ref().filter(|references| references.table == *table)
            }
            _ => None,
        })
        .flat_map(|references| references.columns.clone())
        .collect()
}

/// Every row, each value as a literal. None for a table with too many.
fn literals(
    database: &ScratchDatabase,
    table: &QualifiedName,
    columns: &[Identifier],
) -> Result<Option<Vec<Vec<String>>>, JobError> {
    let mut client = database.connect()?;
    elevate(&mut client, database, "on")?;
    let found = read_literals(&mut client, table, columns);
    elevate(&mut client, database, "off")?;
    found
}

/// So that the text is the same on every server.
const SETTINGS: &str = "SET search_path = ''; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; \
    SET TimeZone = 'UTC'; SET extra_float_digits = 1; SET bytea_output = 'hex'";

fn read_literals(
    client: &mut Client,
    table: &QualifiedName,
    columns: &[Identifier],
) -> Result<Option<Vec<Vec<String>>>, JobError> {
    let refused = |error: postgres::Error| JobError::from_server(&error);
    client.batch_execute(SETTINGS).map_err(refused)?;
    if columns.is_empty() {
        return Ok(None);
    }
    let list: Vec<String> = columns.iter().map(|column| format!("pg_catalog.quote_nullable({column}::text)")).collect();
    let sql = format!("SELECT {} FROM ONLY {table} LIMIT {}", list.join(", "), MOST_ROWS + 1);
    let rows = client.query(&sql, &[]).map_err(refused)?;
    if i64::try_from(rows.len()).unwrap_or(i64::MAX) > MOST_ROWS {
        return Ok(None);
    }
    Ok(Some(rows.iter().map(|row| (0..row.len()).map(|place| row.get(place)).collect()).collect()))
}

/// One column's values, in no order of their own.
fn values(rows: &[Vec<String>], place: usize) -> Vec<&String> {
    let mut list: Vec<&String> = rows.iter().filter_map(|row| row.get(place)).collect();
    list.sort();
    list
}

/// `'10'` after `'9'`.
fn natural(row: &[String]) -> Vec<(usize, &String)> {
    let is_number = |value: &String| value.trim_matches('\'').bytes().all(|byte| byte.is_ascii_digit());
    row.iter().map(|value| (if is_number(value) { value.len() } else { 0 }, value)).collect()
}

/// Where sequences stand, moved on only where they are behind.
pub(super) fn sequence(name: &QualifiedName, last: i64, increment: i64) -> String {
    let behind = if increment < 0 { ">" } else { "<" };
    format!(
        "SELECT pg_catalog.setval({}, {last}) FROM {name} WHERE last_value {behind} {last} OR NOT is_called",
        quote_literal(&name.to_string())
    )
}

/// What pg_cron runs: named jobs by their names, others by what they do.
pub(super) fn cron_jobs(database: &ScratchDatabase) -> Result<Vec<String>, JobError> {
    let mut client = database.connect()?;
    elevate(&mut client, database, "on")?;
    let rows = client.query(include_str!("cron_jobs.sql"), &[]);
    elevate(&mut client, database, "off")?;
    let rows = rows.map_err(|error| JobError::from_server(&error))?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
