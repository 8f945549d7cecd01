//! What all clients share: the tables and their names, whose rows they may refer to, and numbers for new values.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use pgmason_model::{Identifier, QualifiedName};

use super::ledger::Expected;
use super::names::NamesInUse;
use super::protocol::Role;
use super::request::Kind;
use super::tables::{Source, Table};
use super::value;

pub(super) struct World {
    pub(super) tables: Vec<Table>,
    /// What a new row has in the columns that it does not name, by table and column.
    pub(super) left: Vec<Vec<Expected>>,
    /// One for each client, each a person of their own.
    pub(super) users: Vec<String>,
    pub(super) parents: HashMap<(QualifiedName, Identifier), Parents>,
    /// Keys of rows that were there before the traffic, by table; not all of a large one.
    pub(super) keys: Vec<Vec<Vec<String>>>,
    /// Tables that a role may send a request of the kind to.
    pub(super) allowed: BTreeMap<(Role, Kind), Vec<usize>>,
    pub(super) names: NamesInUse,
    numbers: AtomicU64,
    /// Rows of narrow keys so far, by table and, where the key is within a user's rows, user.
    narrow: Mutex<HashMap<(usize, Option<usize>), u64>>,
}

/// Values that a foreign key may have.
#[derive(Debug, Default)]
pub(super) struct Parents {
    pub(super) all: Vec<String>,
    pub(super) by_user: HashMap<String, Vec<String>>,
}

pub(super) type NewRow = Vec<(usize, Option<String>)>;

impl World {
    pub(super) fn new(tables: Vec<Table>, users: Vec<String>) -> Self {
        let left = tables.iter().map(|table| vec![Expected::Anything; table.columns.len()]).collect();
        let keys = vec![Vec::new(); tables.len()];
        let names = NamesInUse::beginning(&tables);
        Self {
            tables,
            left,
            users,
            parents: HashMap::new(),
            keys,
            allowed: BTreeMap::new(),
            names,
            numbers: AtomicU64::new(first_number()),
            narrow: Mutex::default(),
        }
    }

    pub(super) fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// What a user may refer to: their own rows where there are any.
    fn candidates(&self, parent: &QualifiedName, column: &Identifier, user: &str) -> &[String] {
        let Some(parents) = self.parents.get(&(parent.clone(), column.clone())) else { return &[] };
        parents.by_user.get(user).unwrap_or(&parents.all)
    }

    /// None: a unique key has no room left, or there is nothing to refer to.
    pub(super) fn new_row(&self, place: usize, user: usize) -> Option<NewRow> {
        let table = &self.tables[place];
        let person = &self.users[user];
        let number = self.number();
        let turned = match table.narrow.first() {
            Some(set) => self.turn(place, set, user)?,
            None => HashMap::new(),
        };
        let mut row = NewRow::new();
        for (column_place, column) in table.columns.iter().enumerate() {
            if !column.is_sent() {
                continue;
            }
            let text = match (turned.get(&column_place), &column.source) {
                (Some(text), _) => text.clone(),
                (None, Source::User) => person.clone(),
                (None, Source::Parent(parent, referenced)) => {
                    let candidates = self.candidates(parent, referenced, person);
                    candidates.get(usize::try_from(number).ok()? % candidates.len().max(1))?.clone()
                }
                (None, _) if column.type_name == "uuid" && table.key.contains(&column_place) => {
                    value::uuid(place, number)
                }
                (None, _) => value::value(column, number)?,
            };
            row.push((column_place, Some(text)));
        }
        Some(row)
    }

    /// Values of a key that cannot count up: each combination once.
    fn turn(&self, place: usize, set: &[usize], user: usize) -> Option<HashMap<usize, String>> {
        let table = &self.tables[place];
        let person = &self.users[user];
        let of_user = set.iter().any(|column| match &table.columns[*column].source {
            Source::User => true,
            Source::Parent(parent, referenced) => self
                .parents
                .get(&(parent.clone(), referenced.clone()))
                .is_some_and(|found| found.by_user.contains_key(person)),
            _ => false,
        });
        let mut used = self.narrow.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = used.entry((place, of_user.then_some(user))).or_insert(0);
        let mut rest = usize::try_from(*turn).ok()?;
        *turn += 1;
        drop(used);
        let mut values = HashMap::new();
        for column_place in set {
            let column = &table.columns[*column_place];
            match &column.source {
                Source::Parent(parent, referenced) => {
                    let candidates = self.candidates(parent, referenced, person);
                    values.insert(*column_place, candidates.get(rest % candidates.len().max(1))?.clone());
                    rest /= candidates.len().max(1);
                }
                Source::Made => {
                    let room = match column.type_name.as_str() {
                        "date" => 336,
                        "smallint" => 30_000,
                        "boolean" => 2,
                        _ if !column.labels.is_empty() => column.labels.len(),
                        _ => 30,
                    };
                    values.insert(*column_place, value::value(column, (rest % room) as u64)?);
                    rest /= room;
                }
                _ => {}
            }
        }
        (rest == 0).then_some(values)
    }
}

/// Another one for each run on the same database, in seconds.
fn first_number() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(1, |since| since.as_secs() % 1_000_000 * 1_000)
}
