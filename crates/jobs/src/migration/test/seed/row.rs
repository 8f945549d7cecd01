//! Makes up one row: a value for each column that wants one, keys of rows that are there for foreign keys.

use std::collections::{BTreeMap, BTreeSet};

use pgmason_model::identifier::quote_literal;
use pgmason_model::{Identifier, Object, ObjectId};

use super::shape::{ColumnShape, ForeignKey, Shape};
use super::{Seeder, value};

/// Values as SQL, by column; what is missing takes its default.
pub(super) type Draft = BTreeMap<Identifier, String>;

/// Where made-up keys of the type begin.
fn far_from_others(type_name: &str) -> Option<usize> {
    match type_name {
        "smallint" => Some(30_000),
        "integer" | "bigint" => Some(900_000),
        _ => None,
    }
}

impl Seeder<'_> {
    pub(super) fn draft(&mut self, shape: &Shape, number: usize, full: bool) -> Result<Draft, String> {
        let mut draft = Draft::new();
        for column in &shape.columns {
            let wanted = column.required || (full && !column.counts);
            if let Some(text) = self.stated(&shape.id, column, number) {
                draft.insert(column.name.clone(), cast(&text, column));
            } else if wanted {
                // The small numbers are those that a file's own rows take.
                let far = shape.keys.contains(&column.name).then(|| far_from_others(&column.type_name)).flatten();
                match self.value(column, far.unwrap_or(0) + number) {
                    Some(value) => {
                        draft.insert(column.name.clone(), value);
                    }
                    None if column.required => {
                        return Err(format!("no value of type {} is known for {}", column.type_name, column.name));
                    }
                    None => {}
                }
            }
        }
        for (name, text) in &shape.partition_values {
            if let Some(column) = shape.column(name) {
                let value = text.as_ref().map_or_else(|| "NULL".to_owned(), |text| cast(text, column));
                draft.insert(name.clone(), value);
            }
        }
        let future: Vec<ForeignKey> = self
            .style
            .references
            .iter()
            .filter(|reference| reference.table == shape.id)
            .map(|reference| ForeignKey {
                columns: reference.columns.clone(),
                parent: reference.parent.clone(),
                parent_columns: reference.parent_columns.clone(),
            })
            .collect();
        // Values that a key has settled stay, whatever another key over the same column would like.
        let mut settled = BTreeSet::new();
        for key in shape.foreign_keys.iter().chain(&future) {
            self.refer(shape, key, number, &mut draft, &mut settled)?;
        }
        Ok(draft)
    }

    /// A value of the column's own, as the style and the column's name have it.
    pub(super) fn value(&self, column: &ColumnShape, number: usize) -> Option<String> {
        if is_text(&column.type_name) && column.user_type.is_none() {
            if let Some(text) = self.style.text_as.as_ref().and_then(|type_name| value::plain(type_name, number)) {
                return Some(cast(&text, column));
            }
            let name = column.name.as_str().to_ascii_lowercase();
            let n = number + 1;
            let meant = if name.contains("email") {
                Some(format!("user{n}@example.org"))
            } else if name.ends_with("url") || name.ends_with("uri") {
                Some(format!("https://example.org/{n}"))
            } else {
                None
            };
            if let Some(text) = meant {
                let column_type = column.type_name.as_str();
                let fits = value::plain(column_type, 0).is_some() && !column_type.contains('(');
                if fits {
                    return Some(cast(&text, column));
                }
            }
        }
        value::value(self.catalog, &column.type_name, column.user_type.as_ref(), number)
    }

    fn stated(&self, table: &ObjectId, column: &ColumnShape, number: usize) -> Option<String> {
        let values = self.style.values.get(&(table.clone(), column.name.clone()))?;
        let fitting: Vec<&String> = values.iter().filter(|text| self.fits(text, column)).collect();
        fitting.get(number % fitting.len().max(1)).map(|text| (*text).clone())
    }

    /// Constants of a condition belong to this column or to another.
    fn fits(&self, text: &str, column: &ColumnShape) -> bool {
        match column.user_type.as_ref().and_then(|id| self.catalog.get(id)) {
            Some(Object::EnumType(found)) => found.labels.iter().any(|label| label == text),
            _ => fits(text, &column.type_name),
        }
    }

    fn refer(
        &mut self,
        shape: &Shape,
        key: &ForeignKey,
        number: usize,
        draft: &mut Draft,
        settled: &mut BTreeSet<Identifier>,
    ) -> Result<(), String> {
        if !key.columns.iter().any(|column| draft.contains_key(column)) || key.columns.len() != key.parent_columns.len()
        {
            return Ok(());
        }
        let nullable: Vec<&ColumnShape> = key
            .columns
            .iter()
            .filter(|name| !settled.contains(*name))
            .filter_map(|name| shape.column(name))
            .filter(|column| column.nullable)
            .collect();
        // One NULL is enough for MATCH SIMPLE, and MATCH FULL wants them all.
        let leave = |draft: &mut Draft| {
            for column in &nullable {
                if column.has_default {
                    draft.insert(column.name.clone(), "NULL".to_owned());
                } else {
                    draft.remove(&column.name);
                }
            }
            !nullable.is_empty()
        };
        if key.parent == shape.id {
            if leave(draft) {
                return Ok(());
            }
            for (column, parent_column) in key.columns.iter().zip(&key.parent_columns) {
                let Some(own) = shape.column(parent_column) else { continue };
                let value = match draft.get(parent_column) {
                    Some(value) => value.clone(),
                    None => self.value(own, 900 + number).ok_or("it refers to itself")?,
                };
                draft.insert(parent_column.clone(), value.clone());
                draft.insert(column.clone(), value);
            }
            return Ok(());
        }
        let parent_rows = self.table(&key.parent);
        let found = match parent_rows {
            Ok(()) => self.parent_key(key, number, draft, settled)?,
            Err(reason) => {
                if leave(draft) {
                    return Ok(());
                }
                return Err(format!("{}, which it refers to, has no row: {reason}", key.parent));
            }
        };
        match found {
            Some(values) => {
                for (name, text) in key.columns.iter().zip(values) {
                    if let Some(column) = shape.column(name) {
                        draft.insert(name.clone(), cast(&text, column));
                        settled.insert(name.clone());
                    }
                }
                Ok(())
            }
            None if leave(draft) => Ok(()),
            None => Err(format!("{} has no row that it could refer to", key.parent)),
        }
    }

    /// The key of a row of the parent: another for each number, and one that agrees with what is settled.
    fn parent_key(
        &mut self,
        key: &ForeignKey,
        number: usize,
        draft: &Draft,
        settled: &BTreeSet<Identifier>,
    ) -> Result<Option<Vec<String>>, String> {
        let mut conditions: Vec<String> =
            key.parent_columns.iter().map(|column| format!("{column} IS NOT NULL")).collect();
        for (column, parent_column) in key.columns.iter().zip(&key.parent_columns) {
            if let Some(value) = draft.get(column).filter(|_| settled.contains(column)) {
                conditions.push(format!("{parent_column} = {value}"));
            }
        }
        let columns: Vec<String> = key.parent_columns.iter().map(|column| format!("{column}::text")).collect();
        let from = format!("FROM {} WHERE {}", key.parent, conditions.join(" AND "));
        let sql = format!(
            "SELECT {} {from} ORDER BY {} OFFSET (SELECT {number} % greatest(count(*), 1) {from}) LIMIT 1",
            columns.join(", "),
            (1..=columns.len()).map(|place| place.to_string()).collect::<Vec<_>>().join(", ")
        );
        let rows = self.select(&sql)?;
        Ok(rows.into_iter().next().and_then(|row| row.into_iter().collect()))
    }
}

fn fits(text: &str, type_name: &str) -> bool {
    match type_name.split('(').next().unwrap_or_default().trim() {
        "smallint" | "integer" | "bigint" => text.parse::<i64>().is_ok(),
        "numeric" | "real" | "double precision" => text.parse::<f64>().is_ok(),
        "boolean" => matches!(text, "true" | "false"),
        "date" => text.starts_with(|first: char| first.is_ascii_digit()) && text.contains('-'),
        other if other.starts_with("timestamp") => text.contains('-'),
        "uuid" => text.len() == 36,
        "json" | "jsonb" => serde_json::from_str::<serde_json::Value>(text).is_ok(),
        _ => !type_name.ends_with("[]"),
    }
}

pub(super) fn cast(text: &str, column: &ColumnShape) -> String {
    format!("{}::{}", quote_literal(text), column.type_name)
}

pub(super) fn is_text(type_name: &str) -> bool {
    matches!(type_name, "text" | "citext" | "extensions.citext" | "public.citext")
        || type_name.starts_with("character varying")
}
