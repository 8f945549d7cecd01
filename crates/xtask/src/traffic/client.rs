//! One client: its requests come due at a steady rate, whatever the server does. A request that is due while the one
//! before has no answer yet waits, and its wait counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::calibrate::{change_of, key_of, with_key};
use super::ledger::{Expected, Ledger, Values, of_new, set};
use super::protocol::{Failure, Protocol, Role, Session};
use super::request::{Kind, Writer};
use super::sample::{FailedRequest, Sample};
use super::world::World;

/// Shared by all clients.
pub(super) struct Clock {
    pub(super) began: Instant,
    /// Requests due later than this are not sent, in microseconds since the beginning.
    pub(super) end: AtomicU64,
    /// Counts changes of names.
    pub(super) epoch: AtomicU64,
    /// By client: the epoch in which its present request took its name.
    pub(super) busy: Vec<AtomicU64>,
}

/// Of a client that waits for its next request.
pub(super) const IDLE: u64 = u64::MAX;

impl Clock {
    pub(super) fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

pub(super) struct Client {
    pub(super) number: usize,
    pub(super) role: Role,
    pub(super) protocol: Protocol,
    pub(super) url: String,
    /// Between two requests.
    pub(super) interval: Duration,
    pub(super) first: Duration,
    pub(super) parse_again: bool,
    pub(super) star: bool,
    pub(super) random: u64,
}

#[derive(Default)]
pub(super) struct ClientResult {
    pub(super) samples: Vec<Sample>,
    pub(super) ledger: Ledger,
    pub(super) parsed_again: u64,
}

/// What is known of a request before it is sent.
struct Prepared {
    kind: Kind,
    table: usize,
    surface: usize,
    sql: super::request::Sql,
    effect: Effect,
}

enum Effect {
    Read { own: Option<(Vec<String>, Vec<usize>)> },
    Insert { row: super::world::NewRow },
    Update { key: Vec<String>, change: super::world::NewRow },
    Delete { key: Vec<String> },
    InsertAgain,
}

impl Client {
    pub(super) async fn run(mut self, world: Arc<World>, clock: Arc<Clock>) -> ClientResult {
        let mut result = ClientResult::default();
        let mut session = self.open(&world, &clock).await;
        let mut due = self.first;
        loop {
            let due_micros = u64::try_from(due.as_micros()).unwrap_or(u64::MAX);
            if due_micros >= clock.end.load(Ordering::SeqCst) {
                break;
            }
            tokio::time::sleep_until((clock.began + due).into()).await;
            // Asked again: the end may have come nearer meanwhile.
            if due_micros >= clock.end.load(Ordering::SeqCst) {
                break;
            }
            clock.busy[self.number].store(clock.epoch.load(Ordering::SeqCst), Ordering::SeqCst);
            if let Some(request) = self.next_request(&world, &result.ledger) {
                let outcome = match &mut session {
                    Some(session) => session.send(&request.sql, self.parse_again).await,
                    None => Err(Failure {
                        sqlstate: "lost".to_owned(),
                        message: "no connection".to_owned(),
                        unknown: false,
                    }),
                };
                let latency = clock.now().saturating_sub(due_micros);
                let failure = self.note(&world, &mut result.ledger, &request, outcome);
                result.samples.push(Sample {
                    due: due_micros,
                    latency,
                    role: self.role,
                    protocol: self.protocol,
                    kind: request.kind,
                    table: request.table,
                    surface: request.surface,
                    failure: failure.map(|failure| {
                        Box::new(FailedRequest {
                            sqlstate: failure.sqlstate,
                            message: failure.message,
                            statement: request.sql.with_literals(),
                        })
                    }),
                });
            }
            clock.busy[self.number].store(IDLE, Ordering::SeqCst);
            if session.as_ref().is_none_or(Session::is_closed) {
                result.parsed_again += session.map_or(0, |session| session.parsed_again);
                session = self.open(&world, &clock).await;
            }
            due += self.interval;
        }
        result.parsed_again += session.map_or(0, |session| session.parsed_again);
        result
    }

    /// Again and again while the server lets nobody in.
    async fn open(&self, world: &World, clock: &Clock) -> Option<Session> {
        loop {
            match Session::open(&self.url, self.role, self.protocol, &world.users[self.number]).await {
                Ok(session) => return Some(session),
                Err(_) if clock.now() < clock.end.load(Ordering::SeqCst) => {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                Err(_) => return None,
            }
        }
    }

    /// xorshift: the same requests for the same seed.
    fn random(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }

    fn next_request(&mut self, world: &World, ledger: &Ledger) -> Option<Prepared> {
        // A kind that is not possible now gives way to another.
        for _ in 0..20 {
            let mut place = self.random() % 100;
            let kind = Kind::ALL.into_iter().find(|kind| {
                let found = place < kind.share();
                place = place.saturating_sub(kind.share());
                found
            })?;
            let Some(tables) = world.allowed.get(&(self.role, kind)) else { continue };
            let number = usize::try_from(self.random()).unwrap_or(0);
            let needs_rows = matches!(kind, Kind::Update | Kind::Delete | Kind::InsertAgain);
            let mut possible: Vec<usize> =
                tables.iter().copied().filter(|table| !needs_rows || ledger.count(*table) > 0).collect();
            let changing: Vec<usize> =
                possible.iter().copied().filter(|table| world.names.is_changing(*table)).collect();
            if !changing.is_empty() && self.random().is_multiple_of(2) {
                possible = changing;
            }
            let Some(table) = possible.get(number % possible.len().max(1)).copied() else { continue };
            let surfaces = world.names.of(table);
            let surface = surfaces[usize::try_from(self.random()).unwrap_or(0) % surfaces.len()];
            if let Some(request) = self.request(world, ledger, kind, table, surface) {
                return Some(request);
            }
        }
        None
    }

    fn request(&mut self, world: &World, ledger: &Ledger, kind: Kind, place: usize, at: usize) -> Option<Prepared> {
        let table = &world.tables[place];
        let surface = &table.surfaces[at];
        surface.relation.as_ref()?;
        let writer = Writer { table, surface, star: self.star };
        let number = self.random();
        // Rows that this client may touch: its own.
        let own = || ledger.pick(place, number).cloned();
        let (sql, effect) = match kind {
            Kind::List => (writer.list(), Effect::Read { own: None }),
            Kind::Read if number.is_multiple_of(2) && ledger.count(place) > 0 && self.sees_own(world, place) => {
                let key = own()?;
                (writer.read(&key), Effect::Read { own: Some((key, writer.read_columns())) })
            }
            Kind::Read => {
                let keys = &world.keys[place];
                let key = keys.get(usize::try_from(number).ok()? % keys.len().max(1))?;
                (writer.read(key), Effect::Read { own: None })
            }
            Kind::Insert => {
                let row = world.new_row(place, self.number)?;
                (writer.insert(&row, false), Effect::Insert { row })
            }
            Kind::Update => {
                let key = own()?;
                let mut change = change_of(table, world.number(), 2);
                change.retain(|(place, _)| surface.column(&table.columns[*place].name).is_some());
                if change.is_empty() {
                    return None;
                }
                (writer.update(&key, &change), Effect::Update { key, change })
            }
            Kind::Delete => {
                let key = own()?;
                (writer.delete(&key), Effect::Delete { key })
            }
            Kind::InsertAgain => {
                let key = own()?;
                let row = with_key(table, &world.new_row(place, self.number)?, &key);
                (writer.insert(&row, true), Effect::InsertAgain)
            }
        };
        Some(Prepared { kind, table: place, surface: at, sql, effect })
    }

    /// Whether the role sees the rows that it puts in: what may be changed is seen.
    fn sees_own(&self, world: &World, place: usize) -> bool {
        let may = |kind| world.allowed.get(&(self.role, kind)).is_some_and(|tables| tables.contains(&place));
        may(Kind::Update) || may(Kind::Delete)
    }

    /// Enters the answer into the ledger. What comes back is what was wrong.
    fn note(
        &self,
        world: &World,
        ledger: &mut Ledger,
        request: &Prepared,
        outcome: Result<super::protocol::Answer, Failure>,
    ) -> Option<Failure> {
        let table = &world.tables[request.table];
        let wrong =
            |sqlstate: &str, message: String| Some(Failure { sqlstate: sqlstate.to_owned(), message, unknown: false });
        match (outcome, &request.effect) {
            (Ok(_), Effect::Read { own: None }) => None,
            (Ok(answer), Effect::Read { own: Some((key, columns)) }) => {
                if answer.count != 1 && answer.rows.len() != 1 {
                    return wrong("no-row", "a row that was committed is not seen".to_owned());
                }
                let (Some(row), Some(values)) = (answer.rows.first(), ledger.values(&(request.table, key.clone())))
                else {
                    return None;
                };
                // With `*` the columns are the server's.
                let differs = |(place, found): (&usize, &Option<String>)| !values[*place].holds(found.as_deref());
                if !self.star && columns.iter().zip(row).any(differs) {
                    return wrong("wrong-row", format!("{values:?} is expected, {row:?} is there"));
                }
                None
            }
            (Ok(answer), Effect::Insert { row }) => {
                let key = key_of(table, row, answer.rows.into_iter().next());
                let surface = &table.surfaces[request.surface];
                let mut values: Values = of_new(table, row, &world.left[request.table]);
                for (value, column) in values.iter_mut().zip(&table.columns) {
                    if surface.column(&column.name).is_none() {
                        *value = Expected::Anything;
                    }
                }
                ledger.put((request.table, key), values);
                if answer.count == 1 { None } else { wrong("no-row", format!("{} rows were inserted", answer.count)) }
            }
            (Ok(answer), Effect::Update { key, change }) => {
                if answer.count != 1 {
                    return wrong("no-row", format!("{} rows were changed, and one is there", answer.count));
                }
                ledger.change(&(request.table, key.clone()), change, table);
                None
            }
            (Ok(answer), Effect::Delete { key }) => {
                if answer.count != 1 {
                    return wrong("no-row", format!("{} rows were removed, and one is there", answer.count));
                }
                ledger.remove(&(request.table, key.clone()));
                None
            }
            (Ok(answer), Effect::InsertAgain) if answer.count != 0 => {
                wrong("doubled", "a row was inserted whose key is there".to_owned())
            }
            (Ok(_), Effect::InsertAgain) => None,
            (Err(failure), effect) => {
                if failure.unknown {
                    self.doubt(world, ledger, request.table, effect);
                }
                Some(failure)
            }
        }
    }

    fn doubt(&self, world: &World, ledger: &mut Ledger, place: usize, effect: &Effect) {
        let table = &world.tables[place];
        match effect {
            Effect::Read { .. } | Effect::InsertAgain => {}
            Effect::Insert { .. } if table.key_is_counted() => *ledger.nameless.entry(place).or_default() += 1,
            Effect::Insert { row } => {
                let values = of_new(table, row, &world.left[place]);
                ledger.doubt(&(place, key_of(table, row, None)), Some(values));
            }
            Effect::Update { key, change } => {
                let row = (place, key.clone());
                let mut values = ledger.values(&row).cloned().unwrap_or_default();
                set(&mut values, change, table);
                ledger.doubt(&row, Some(values));
            }
            Effect::Delete { key } => ledger.doubt(&(place, key.clone()), None),
        }
    }
}
