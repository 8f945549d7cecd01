//! Puts rows into tables: of every type, within every constraint, parents first.
//!
//! - A table that takes no row is told with the reason, never passed over.
//! - Rows are put in with the rights of the migration role: what a trigger or a default runs is the project's code.

mod check;
mod insert;
mod literals;
mod row;
mod shape;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use pgmason_model::{Catalog, Identifier, ObjectId};
use pgmason_pg::run::{Session, StatementError};
use serde::Serialize;

use shape::Shape;

/// A table with rows that were made up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SeededTable {
    pub table: String,
    pub rows: usize,
    /// What had to be done to get them in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A table without.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotSeeded {
    pub table: String,
    pub reason: String,
}

/// What became of the tables asked for, and of those that they refer to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Seeded {
    pub tables: Vec<SeededTable>,
    pub not_seeded: Vec<NotSeeded>,
}

/// What the rows should look like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Every column has a value in every row.
    pub no_nulls: bool,
    /// Columns of these tables hold these values, as text.
    pub values: BTreeMap<(ObjectId, Identifier), Vec<String>>,
    /// Text columns hold the text of values of this type: `integer`.
    pub text_as: Option<String>,
    /// Columns that will refer to another table's, as a foreign key would.
    pub references: Vec<FutureReference>,
}

/// A foreign key that is not there yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FutureReference {
    pub table: ObjectId,
    pub columns: Vec<Identifier>,
    pub parent: ObjectId,
    pub parent_columns: Vec<Identifier>,
}

/// Texts that a condition seems to ask for; another one on each try.
pub fn values_of(condition: &str, tries: usize) -> Vec<String> {
    let found = literals::of(condition);
    let numbers: Vec<i64> = found.iter().filter_map(|literal| literal.text.parse().ok()).collect();
    match (numbers.iter().min(), numbers.iter().max()) {
        // A list of numbers, or the ends of a range.
        (Some(low), Some(high)) if low != high && numbers.len() == found.len() => {
            [vec![((low + high) / 2).to_string()], numbers.iter().map(ToString::to_string).collect()]
                .into_iter()
                .cycle()
                .nth(tries)
                .unwrap_or_default()
        }
        (Some(only), _) if found.len() == 1 => {
            vec![[only + 1, *only, only - 1].into_iter().cycle().nth(tries).unwrap_or(*only).to_string()]
        }
        _ => found.into_iter().map(|literal| literal.text).collect(),
    }
}

/// Puts rows into the tables, in one transaction.
pub fn seed(
    catalog: &Catalog,
    session: &mut Session,
    secret: Option<&str>,
    tables: &BTreeSet<ObjectId>,
    style: &Style,
) -> Result<Seeded, Box<StatementError>> {
    let mut seeder = Seeder {
        catalog,
        session,
        secret,
        style,
        state: BTreeMap::new(),
        in_progress: Vec::new(),
        circle: false,
        seeded: Seeded::default(),
    };
    seeder.session.run("BEGIN; SET CONSTRAINTS ALL IMMEDIATE")?;
    for table in tables {
        // What is wrong is in the report.
        drop(seeder.table(table));
    }
    let seeded = seeder.seeded;
    session.run("COMMIT")?;
    Ok(seeded)
}

struct Seeder<'a> {
    catalog: &'a Catalog,
    session: &'a mut Session,
    secret: Option<&'a str>,
    style: &'a Style,
    /// Whether a table has rows now.
    state: BTreeMap<ObjectId, Result<(), String>>,
    in_progress: Vec<ObjectId>,
    /// A table was met that is still being filled: what failed for that may succeed later.
    circle: bool,
    seeded: Seeded,
}

/// Rows of a table: one full, one with only what is required.
const ROWS: usize = 2;

impl Seeder<'_> {
    /// Rows into one table, after those that it refers to.
    fn table(&mut self, id: &ObjectId) -> Result<(), String> {
        if let Some(known) = self.state.get(id) {
            return known.clone();
        }
        if self.in_progress.contains(id) {
            self.circle = true;
            return Err("its foreign keys go in a circle".to_owned());
        }
        self.in_progress.push(id.clone());
        let outcome = self.fill(id);
        self.in_progress.pop();
        if self.in_progress.is_empty() {
            self.circle = false;
        } else if let (Err(reason), true) = (&outcome, self.circle) {
            return Err(reason.clone());
        }
        match &outcome {
            Ok(Some(seeded)) => self.seeded.tables.push(seeded.clone()),
            Ok(None) => {}
            Err(reason) => {
                self.seeded.not_seeded.push(NotSeeded { table: id.to_string(), reason: reason.clone() });
            }
        }
        let outcome = outcome.map(drop);
        self.state.insert(id.clone(), outcome.clone());
        outcome
    }

    /// None: it has rows of its own.
    fn fill(&mut self, id: &ObjectId) -> Result<Option<SeededTable>, String> {
        let shape = Shape::read(self.catalog, id)?;
        // Parents first: a trigger of theirs may fill this table.
        for key in shape.foreign_keys.iter().filter(|key| key.parent != *id) {
            drop(self.table(&key.parent));
        }
        if self.count(id)? >= ROWS {
            return Ok(None);
        }
        let mut rows = 0;
        let mut note = None;
        let mut reason = None;
        for number in 0..ROWS {
            // The second row shows what happens where only the least is given.
            let full = number == 0 || self.style.no_nulls;
            match self.row(&shape, number, full) {
                Ok(said) => {
                    rows += 1;
                    note = note.or(said);
                }
                Err(failed) => reason = reason.or(Some(failed)),
            }
        }
        match (rows, reason) {
            (0, Some(reason)) if self.count(id)? == 0 => Err(reason),
            (0, _) => Ok(None),
            (1, Some(reason)) => {
                Ok(Some(SeededTable { table: id.to_string(), rows, note: Some(format!("one row only: {reason}")) }))
            }
            _ => Ok(Some(SeededTable { table: id.to_string(), rows, note })),
        }
    }

    /// Rows that the table has, as far as it matters.
    fn count(&mut self, id: &ObjectId) -> Result<usize, String> {
        let sql = format!("SELECT count(*) FROM (SELECT FROM {id} LIMIT {ROWS}) AS rows");
        match self.select(&sql)?.into_iter().flatten().flatten().next() {
            Some(count) => Ok(count.parse().unwrap_or(0)),
            None => Ok(0),
        }
    }

    /// Rows of a query as text, in a savepoint: what it does not do leaves the transaction whole.
    fn select(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, String> {
        let guarded = |error: Box<StatementError>| error.message;
        self.session.run("SAVEPOINT pgmason_seed").map_err(guarded)?;
        match self.session.client().simple_query(sql) {
            Ok(messages) => {
                self.session.run("RELEASE SAVEPOINT pgmason_seed").map_err(guarded)?;
                Ok(messages.iter().filter_map(row_of).collect())
            }
            Err(error) => {
                self.session.run("ROLLBACK TO SAVEPOINT pgmason_seed").map_err(guarded)?;
                Err(crate::error::server_words(&error))
            }
        }
    }
}

fn row_of(message: &postgres::SimpleQueryMessage) -> Option<Vec<Option<String>>> {
    match message {
        postgres::SimpleQueryMessage::Row(row) => {
            Some((0..row.len()).map(|place| row.get(place).map(str::to_owned)).collect())
        }
        _ => None,
    }
}
