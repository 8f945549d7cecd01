//! One request as SQL, for a table under one of its names.

use pgmason_model::identifier::quote_literal;
use serde::Serialize;

use super::surface::Surface;
use super::tables::{Column, Table};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Read,
    List,
    Insert,
    Update,
    Delete,
    /// INSERT … ON CONFLICT DO NOTHING of a row that is there.
    InsertAgain,
}

impl Kind {
    pub(super) const ALL: [Self; 6] =
        [Self::Read, Self::List, Self::Insert, Self::Update, Self::Delete, Self::InsertAgain];

    /// Of a hundred requests.
    pub(super) fn share(self) -> u64 {
        match self {
            Self::Read => 40,
            Self::List => 12,
            Self::Insert => 20,
            Self::Update => 15,
            Self::Delete => 5,
            Self::InsertAgain => 8,
        }
    }
}

/// Text with places for values.
#[derive(Clone, Debug, Default)]
pub(super) struct Sql {
    pieces: Vec<String>,
    values: Vec<Option<String>>,
    /// Rows come back.
    pub(super) returns: bool,
    /// What comes back is text.
    pub(super) returns_key: bool,
}

impl Sql {
    fn push(&mut self, text: &str) {
        match self.pieces.get_mut(self.values.len()) {
            Some(piece) => piece.push_str(text),
            None => self.pieces.push(text.to_owned()),
        }
    }

    fn push_value(&mut self, value: Option<String>) {
        self.push("");
        self.values.push(value);
    }

    /// With `$1`, `$2`.
    pub(super) fn with_parameters(&self) -> String {
        self.written(|place| format!("${}", place + 1))
    }

    pub(super) fn with_literals(&self) -> String {
        self.written(|place| self.values[place].as_deref().map_or_else(|| "NULL".to_owned(), quote_literal))
    }

    pub(super) fn values(&self) -> &[Option<String>] {
        &self.values
    }

    fn written(&self, value: impl Fn(usize) -> String) -> String {
        let mut text = String::new();
        for (place, piece) in self.pieces.iter().enumerate() {
            text.push_str(piece);
            if place < self.values.len() {
                text.push_str(&value(place));
            }
        }
        text
    }
}

/// A table under one of its names. Columns and values are those of the table's beginning.
pub(super) struct Writer<'a> {
    pub(super) table: &'a Table,
    pub(super) surface: &'a Surface,
    pub(super) star: bool,
}

impl Writer<'_> {
    fn relation(&self) -> String {
        self.surface.relation.as_ref().map(ToString::to_string).unwrap_or_default()
    }

    /// Places of the columns that are read, in order.
    pub(super) fn read_columns(&self) -> Vec<usize> {
        let seen = |column: &Column| !column.hidden && self.surface.column(&column.name).is_some();
        (0..self.table.columns.len()).filter(|place| seen(&self.table.columns[*place])).collect()
    }

    fn name(&self, place: usize) -> String {
        let name = &self.table.columns[place].name;
        self.surface.column(name).unwrap_or(name).to_string()
    }

    fn column_list(&self) -> String {
        if self.star {
            return "*".to_owned();
        }
        self.read_columns().into_iter().map(|place| self.name(place)).collect::<Vec<_>>().join(", ")
    }

    fn push_key(&self, sql: &mut Sql, key: &[String]) {
        for (number, (place, value)) in self.table.key.iter().zip(key).enumerate() {
            sql.push(if number == 0 { " WHERE " } else { " AND " });
            sql.push(&format!("{} = ", self.name(*place)));
            sql.push_value(Some(value.clone()));
        }
    }

    pub(super) fn read(&self, key: &[String]) -> Sql {
        let mut sql = Sql { returns: true, ..Sql::default() };
        sql.push(&format!("SELECT {} FROM {}", self.column_list(), self.relation()));
        self.push_key(&mut sql, key);
        sql
    }

    pub(super) fn list(&self) -> Sql {
        let mut sql = Sql { returns: true, ..Sql::default() };
        let key: Vec<String> = self.table.key.iter().map(|place| self.name(*place)).collect();
        sql.push(&format!("SELECT {} FROM {} ORDER BY {} LIMIT ", self.column_list(), self.relation(), key.join(", ")));
        sql.push_value(Some("20".to_owned()));
        sql
    }

    /// `again`: nothing happens where the row is there. The key comes back where only the server knows it.
    pub(super) fn insert(&self, values: &[(usize, Option<String>)], again: bool) -> Sql {
        let mut sql = Sql::default();
        let seen = |place: usize| self.surface.column(&self.table.columns[place].name).is_some();
        let values: Vec<&(usize, Option<String>)> = values.iter().filter(|(place, _)| seen(*place)).collect();
        let mut names: Vec<String> = values.iter().map(|(place, _)| self.name(*place)).collect();
        names.extend(self.surface.constants.iter().map(|(name, _)| name.to_string()));
        if names.is_empty() {
            sql.push(&format!("INSERT INTO {} DEFAULT VALUES", self.relation()));
        } else {
            sql.push(&format!("INSERT INTO {} ({}) VALUES (", self.relation(), names.join(", ")));
            for (number, (_, value)) in values.iter().enumerate() {
                if number > 0 {
                    sql.push(", ");
                }
                sql.push_value(value.clone());
            }
            for (number, (_, value)) in self.surface.constants.iter().enumerate() {
                sql.push(if number == 0 && values.is_empty() { "" } else { ", " });
                sql.push(&quote_literal(value));
            }
            sql.push(")");
        }
        if again {
            sql.push(" ON CONFLICT DO NOTHING");
        } else if self.table.key_is_counted() {
            let key: Vec<String> = self.table.key.iter().map(|place| format!("{}::text", self.name(*place))).collect();
            sql.push(&format!(" RETURNING {}", key.join(", ")));
            sql.returns = true;
            sql.returns_key = true;
        }
        sql
    }

    pub(super) fn update(&self, key: &[String], values: &[(usize, Option<String>)]) -> Sql {
        let mut sql = Sql::default();
        sql.push(&format!("UPDATE {} SET ", self.relation()));
        for (number, (place, value)) in values.iter().enumerate() {
            sql.push(&format!("{}{} = ", if number == 0 { "" } else { ", " }, self.name(*place)));
            sql.push_value(value.clone());
        }
        self.push_key(&mut sql, key);
        sql
    }

    pub(super) fn delete(&self, key: &[String]) -> Sql {
        let mut sql = Sql::default();
        sql.push(&format!("DELETE FROM {}", self.relation()));
        self.push_key(&mut sql, key);
        sql
    }

    /// Key and values of rows as text: all, or one.
    pub(super) fn rows_as_text(&self, key: Option<&[String]>, limit: Option<u64>) -> (Sql, Vec<usize>) {
        let mut sql = Sql { returns: true, ..Sql::default() };
        let columns = self.read_columns();
        let names: Vec<String> =
            (self.table.key.iter().chain(&columns)).map(|place| format!("{}::text", self.name(*place))).collect();
        sql.push(&format!("SELECT {} FROM {}", names.join(", "), self.relation()));
        if let Some(key) = key {
            self.push_key(&mut sql, key);
        } else {
            for (number, (name, value)) in self.surface.constants.iter().enumerate() {
                sql.push(&format!(" {} {name} = {}", if number == 0 { "WHERE" } else { "AND" }, quote_literal(value)));
            }
        }
        if let Some(limit) = limit {
            sql.push(&format!(" LIMIT {limit}"));
        }
        (sql, columns)
    }
}
