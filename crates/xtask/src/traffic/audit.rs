//! Holds the ledgers against the rows, under each name that is in use at the end.

use std::collections::{BTreeMap, HashMap, HashSet};

use pgmason_model::QualifiedName;
use serde::Serialize;
use tokio_postgres::Client;

use super::ledger::{Expected, Ledger, RowKey, Values};
use super::request::Writer;
use super::seed::text_rows;
use super::world::World;

/// Larger tables are not looked at row by row, only what the clients know of.
pub(super) const MOST_ROWS: u64 = 50_000;
const EXAMPLES: usize = 5;

/// All rows before the traffic, of tables that are not too large.
pub(super) struct Before {
    rows: HashMap<RowKey, Values>,
    complete: Vec<bool>,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Audit {
    /// Rows that clients or the beginning speak for.
    pub(super) rows: usize,
    /// Of them, those whose outcome nobody was told.
    pub(super) unknown: usize,
    pub(super) under: Vec<AuditedName>,
}

/// A table under one of its names.
#[derive(Debug, Default, Serialize)]
pub(super) struct AuditedName {
    pub(super) name: String,
    pub(super) rows: usize,
    pub(super) missing: usize,
    pub(super) unexpected: usize,
    pub(super) different: usize,
    pub(super) examples: Vec<String>,
    /// It could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
}

impl AuditedName {
    pub(super) fn is_right(&self) -> bool {
        self.missing + self.unexpected + self.different == 0 && self.error.is_none()
    }

    fn example(&mut self, text: String) {
        if self.examples.len() < EXAMPLES {
            self.examples.push(text);
        }
    }
}

pub(super) async fn before(client: &Client, world: &World) -> Result<Before, String> {
    let mut before = Before { rows: HashMap::new(), complete: Vec::new() };
    for (place, table) in world.tables.iter().enumerate() {
        let writer = Writer { table, surface: &table.surfaces[0], star: false };
        let (sql, columns) = writer.rows_as_text(None, Some(MOST_ROWS + 1));
        let rows = text_rows(client, &sql.with_literals()).await?;
        before.complete.push(rows.len() as u64 <= MOST_ROWS);
        for row in rows {
            let key: Vec<String> = row.iter().take(table.key.len()).flatten().cloned().collect();
            let mut values = vec![Expected::Anything; table.columns.len()];
            for (column, text) in columns.iter().zip(row.into_iter().skip(table.key.len())) {
                if table.columns[*column].compared {
                    values[*column] = text.map_or(Expected::Null, Expected::Text);
                }
            }
            before.rows.insert((place, key), values);
        }
    }
    Ok(before)
}

pub(super) async fn audit(client: &Client, world: &World, before: &Before, ledgers: Vec<Ledger>) -> Audit {
    let mut rows: HashMap<RowKey, Vec<Option<Values>>> =
        before.rows.iter().map(|(key, values)| (key.clone(), vec![Some(values.clone())])).collect();
    let mut nameless: HashMap<usize, u64> = HashMap::new();
    for ledger in ledgers {
        rows.extend(ledger.rows);
        for (table, count) in ledger.nameless {
            *nameless.entry(table).or_default() += count;
        }
    }
    let mut audit = Audit {
        rows: rows.len(),
        unknown: rows.values().filter(|outcomes| outcomes.len() > 1).count(),
        under: Vec::new(),
    };
    let mut by_table: BTreeMap<usize, Vec<ExpectedRow<'_>>> = BTreeMap::new();
    for ((table, key), outcomes) in &rows {
        by_table.entry(*table).or_default().push((key, outcomes));
    }
    for place in 0..world.tables.len() {
        for surface in world.names.of(place) {
            let expected = by_table.get(&place).map_or(&[][..], Vec::as_slice);
            if let Some(relation) = world.tables[place].surfaces[surface].relation.clone() {
                let complete = before.complete[place];
                let mut found = AuditedName { name: relation.to_string(), ..AuditedName::default() };
                let lost = nameless.get(&place).copied().unwrap_or(0);
                let others = keys_of_others(world, place, &relation, &rows);
                let one = One { world, place, surface, expected, others, complete, lost };
                if let Err(error) = one.compare(client, &mut found).await {
                    found.error = Some(error);
                }
                audit.under.push(found);
            }
        }
    }
    audit
}

/// Keys of tables whose rows are in this relation by now.
fn keys_of_others<'a>(
    world: &World,
    place: usize,
    relation: &QualifiedName,
    rows: &'a HashMap<RowKey, Vec<Option<Values>>>,
) -> HashSet<&'a Vec<String>> {
    let merged = |other: usize| {
        other != place && world.tables[other].surfaces.iter().any(|surface| surface.relation.as_ref() == Some(relation))
    };
    let others: HashSet<usize> = (0..world.tables.len()).filter(|other| merged(*other)).collect();
    rows.keys().filter(|(other, _)| others.contains(other)).map(|(_, key)| key).collect()
}

/// A key, and each outcome that is possible.
type ExpectedRow<'a> = (&'a Vec<String>, &'a Vec<Option<Values>>);

struct One<'a> {
    world: &'a World,
    place: usize,
    surface: usize,
    expected: &'a [ExpectedRow<'a>],
    others: HashSet<&'a Vec<String>>,
    complete: bool,
    /// Rows that may be there under a key that nobody was told.
    lost: u64,
}

impl One<'_> {
    async fn compare(&self, client: &Client, found: &mut AuditedName) -> Result<(), String> {
        let table = &self.world.tables[self.place];
        let writer = Writer { table, surface: &table.surfaces[self.surface], star: false };
        let length = table.key.len();
        let mut there: HashMap<Vec<String>, Vec<Option<String>>> = HashMap::new();
        let mut columns = Vec::new();
        let mut read = |rows: Vec<Vec<Option<String>>>| {
            for mut row in rows {
                let values = row.split_off(length);
                there.insert(row.into_iter().flatten().collect(), values);
            }
        };
        if self.complete {
            let (sql, shown) = writer.rows_as_text(None, None);
            columns = shown;
            read(text_rows(client, &sql.with_literals()).await?);
        } else {
            for (key, _) in self.expected {
                let (sql, shown) = writer.rows_as_text(Some(key), None);
                columns = shown;
                read(text_rows(client, &sql.with_literals()).await?);
            }
        }
        found.rows = there.len();
        for (key, outcomes) in self.expected {
            let row = there.remove(*key);
            let fits = |outcome: &Option<Values>| match (outcome, &row) {
                (None, None) => true,
                (Some(values), Some(row)) => {
                    columns.iter().zip(row).all(|(column, text)| values[*column].holds(text.as_deref()))
                }
                _ => false,
            };
            if outcomes.iter().any(fits) {
                continue;
            }
            match &row {
                None => {
                    found.missing += 1;
                    found.example(format!("missing: {}", key.join(", ")));
                }
                Some(_) if outcomes.iter().all(Option::is_none) => {
                    found.unexpected += 1;
                    found.example(format!("deleted, and there: {}", key.join(", ")));
                }
                Some(row) => {
                    found.different += 1;
                    let values = outcomes.iter().flatten().next();
                    let which = columns
                        .iter()
                        .zip(row)
                        .find(|(column, text)| values.is_some_and(|values| !values[**column].holds(text.as_deref())));
                    if let (Some((column, text)), Some(values)) = (which, values) {
                        let name = &table.columns[*column].name;
                        let wanted = &values[*column];
                        found.example(format!(
                            "different: {}: {name} is {text:?}, {wanted:?} is expected",
                            key.join(", ")
                        ));
                    }
                }
            }
        }
        if self.complete {
            let mut unexpected: Vec<&Vec<String>> = there.keys().filter(|key| !self.others.contains(key)).collect();
            unexpected.sort();
            let lost = usize::try_from(self.lost).unwrap_or(usize::MAX);
            if unexpected.len() > lost {
                found.unexpected += unexpected.len() - lost;
                for key in unexpected {
                    found.example(format!("nobody put it in: {}", key.join(", ")));
                }
            }
        }
        Ok(())
    }
}
