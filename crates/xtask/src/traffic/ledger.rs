//! What a client was told: the rows that it put in, with their values. An operation whose answer was lost leaves both
//! outcomes possible, and its row is touched no more.

use std::collections::HashMap;

use super::tables::{Source, Table};
use super::value;

/// Place of the table, and the key.
pub(super) type RowKey = (usize, Vec<String>);

/// One for each column of the table.
pub(super) type Values = Vec<Expected>;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expected {
    Anything,
    Null,
    NotNull,
    Text(String),
}

impl Expected {
    pub(super) fn holds(&self, found: Option<&str>) -> bool {
        match (self, found) {
            (Self::Anything, _) | (Self::Null, None) | (Self::NotNull, Some(_)) => true,
            (Self::Text(wanted), Some(found)) => value::same(wanted, found),
            _ => false,
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// Each outcome that is possible; None: the row is not there.
    pub(super) rows: HashMap<RowKey, Vec<Option<Values>>>,
    /// Rows that are there for certain, by table.
    present: HashMap<usize, Vec<Vec<String>>>,
    /// Rows that may be there, and whose key nobody was told.
    pub(super) nameless: HashMap<usize, u64>,
}

impl Ledger {
    pub(super) fn count(&self, table: usize) -> usize {
        self.present.get(&table).map_or(0, Vec::len)
    }

    /// The key of one of the rows that are there.
    pub(super) fn pick(&self, table: usize, number: u64) -> Option<&Vec<String>> {
        let present = self.present.get(&table)?;
        present.get(usize::try_from(number).ok()? % present.len().max(1))
    }

    pub(super) fn values(&self, row: &RowKey) -> Option<&Values> {
        self.rows.get(row)?.first()?.as_ref()
    }

    pub(super) fn put(&mut self, row: RowKey, values: Values) {
        self.present.entry(row.0).or_default().push(row.1.clone());
        self.rows.insert(row, vec![Some(values)]);
    }

    pub(super) fn change(&mut self, row: &RowKey, change: &[(usize, Option<String>)], table: &Table) {
        if let Some(Some(values)) = self.rows.get_mut(row).and_then(|outcomes| outcomes.first_mut()) {
            set(values, change, table);
        }
    }

    pub(super) fn remove(&mut self, row: &RowKey) {
        self.rows.insert(row.clone(), vec![None]);
        self.forget(row);
    }

    /// The answer was lost: as it is, or as it would be.
    pub(super) fn doubt(&mut self, row: &RowKey, other: Option<Values>) {
        self.rows.entry(row.clone()).or_insert_with(|| vec![None]).push(other);
        self.forget(row);
    }

    fn forget(&mut self, row: &RowKey) {
        if let Some(present) = self.present.get_mut(&row.0) {
            present.retain(|key| *key != row.1);
        }
    }
}

/// The values of a new row.
pub(super) fn of_new(table: &Table, sent: &[(usize, Option<String>)], left: &[Expected]) -> Values {
    let mut values: Values = left.to_vec();
    set(&mut values, sent, table);
    values
}

pub(super) fn set(values: &mut Values, change: &[(usize, Option<String>)], table: &Table) {
    for (place, value) in change {
        let column = &table.columns[*place];
        values[*place] = match value {
            _ if !column.compared || column.source == Source::Counted => Expected::Anything,
            Some(text) => Expected::Text(text.clone()),
            None => Expected::Null,
        };
    }
}
