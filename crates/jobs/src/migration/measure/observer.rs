//! Corrects the steps of a plan by what a scratch server did when it ran them.
//!
//! - A lock is a step's own when it was not held before, or when the statement's text says so and it is held.
//! - A rewrite is a new file of a table from before its migration. TRUNCATE and REFRESH make one too, and write nothing.
//! - A scan is only believed beside a lock that a reader or a writer of rows does not take: how a query reads an empty
//!   table says nothing about how it reads a full one.
//! - Tables and columns that are gone are hazards, however they went.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use pgmason_core::migrations::{MigrationFile, hazards};
use pgmason_model::plan::{Hazard, PlannedFile, PlannedLock, Step};
use pgmason_sql::{LockLevel, StatementKind, TransactionControl};
use postgres::{Client, Error};

use super::session::{self, Locked, Relation};
use crate::replay::Observer;

pub(super) struct Meter<'p> {
    planned: &'p mut [PlannedFile],
    /// The file at hand, as a place in `planned`.
    at: Option<usize>,
    /// Nobody has looked at it yet.
    is_new_file: bool,
    /// Relations from before the first file of the plan.
    before_plan: Option<HashSet<u32>>,
    /// Relations from before the file, and their columns.
    before_file: HashSet<u32>,
    columns: HashMap<(u32, i16), String>,
    /// How things stand before the next statement. None: nobody knows.
    now: Option<Standing>,
    time_zone: &'p str,
}

struct Standing {
    transaction: f64,
    relations: HashMap<u32, Relation>,
}

impl<'p> Meter<'p> {
    /// `time_zone`: what the session of each file begins with.
    pub(super) fn new(planned: &'p mut [PlannedFile], time_zone: &'p str) -> Self {
        Self {
            planned,
            at: None,
            is_new_file: false,
            before_plan: None,
            before_file: HashSet::new(),
            columns: HashMap::new(),
            now: None,
            time_zone,
        }
    }

    fn begin_file(&mut self, client: &mut Client, relations: &HashMap<u32, Relation>) -> Result<(), Error> {
        self.before_file = relations.keys().copied().collect();
        self.before_plan.get_or_insert_with(|| self.before_file.clone());
        self.columns = session::columns(client)?;
        session::set_time_zone(client, self.time_zone)?;
        Ok(())
    }

    fn look(&mut self, client: &mut Client, is_new_file: bool) -> Result<Standing, Error> {
        let relations = session::relations(client)?;
        if is_new_file {
            self.begin_file(client, &relations)?;
        }
        Ok(Standing { transaction: session::transaction(client)?, relations })
    }

    fn measure(&mut self, standing: &mut Standing, locked: &[Locked], at: usize, file: &MigrationFile, place: usize) {
        let Some(step) = step_mut(&mut self.planned[at], place) else { return };
        let seen = Seen::of(standing, locked, &self.before_file, step);
        // These make a new file without writing rows into it.
        let kind = file.statements.get(place).map(|statement| &statement.statement.kind);
        let empties =
            matches!(kind, Some(StatementKind::Truncate { .. } | StatementKind::RefreshMaterializedView { .. }));
        let is_existing = |oid: u32| self.before_plan.as_ref().is_some_and(|known| known.contains(&oid));

        let mut found: Vec<Hazard> = Vec::new();
        for gone in &seen.gone {
            found.push(hazards::drop_table(&standing.relations[gone].name, is_existing(*gone)));
        }
        for (table, column) in &seen.gone_columns {
            if let Some(name) = self.columns.remove(&(*table, *column)) {
                found.push(hazards::drop_column(&standing.relations[table].name, &name, is_existing(*table)));
            }
        }
        if matches!(kind, Some(StatementKind::Truncate { .. })) {
            let emptied = seen.new_files.iter();
            found.extend(emptied.map(|oid| hazards::truncate(&standing.relations[oid].name, is_existing(*oid))));
        }
        add_hazards(step, found);

        let truncated = |name: &String| step.hazards.iter().any(|hazard| hazard.allow == format!("truncate:{name}"));
        if !empties {
            let names = seen.new_files.iter().map(|oid| standing.relations[oid].name.clone());
            step.rewrites = names.filter(|name| !truncated(name)).collect::<BTreeSet<_>>().into_iter().collect();
        }
        let said = step.scans.iter().filter(|name| !seen.denies_scan(name));
        let scans: BTreeSet<String> = seen.scans.iter().chain(said).cloned().collect();
        // Indexes of an emptied table are built anew, over nothing.
        let counts = |name: &String| !truncated(name) && !step.rewrites.contains(name);
        step.scans = scans.into_iter().filter(counts).collect();
        step.locks = seen.locks();
        step.measured = true;
        standing.follow(locked);
    }
}

impl Observer for Meter<'_> {
    fn before(&mut self, client: &mut Client, file: &MigrationFile, statement: usize, fresh: bool) {
        if self.at.is_none() || statement == 0 {
            self.at = self.planned.iter().position(|planned| planned.path == file.path);
            self.is_new_file = true;
        }
        if self.at.is_none() || fresh || self.is_new_file {
            self.now = None;
        }
        if self.at.is_some() && self.now.is_none() && may_query(file, statement) {
            // A failure here fails the file as well, and is told there.
            self.now = self.look(client, self.is_new_file).ok();
            self.is_new_file = false;
        }
    }

    fn after(&mut self, client: &mut Client, file: &MigrationFile, statement: usize) {
        if let Some(at) = self.at.filter(|_| sets_transaction(file, statement)) {
            // It touches nothing.
            step_mut(&mut self.planned[at], statement).into_iter().for_each(|step| step.measured = true);
        }
        let (Some(at), Some(mut standing)) = (self.at, self.now.take()) else { return };
        // What ran outside of a transaction has let go of its locks.
        let same = session::transaction(client).is_ok_and(|now| now == standing.transaction);
        if let (true, Ok(locked)) = (same, session::locked(client)) {
            self.measure(&mut standing, &locked, at, file, statement);
            self.now = Some(standing);
        }
    }
}

/// SET TRANSACTION must come before any query of its transaction.
fn may_query(file: &MigrationFile, statement: usize) -> bool {
    !(statement..file.statements.len()).any(|later| sets_transaction(file, later))
}

fn sets_transaction(file: &MigrationFile, statement: usize) -> bool {
    let kind = file.statements.get(statement).map(|statement| &statement.statement.kind);
    matches!(kind, Some(StatementKind::Transaction(TransactionControl::Characteristics)))
}

impl Standing {
    /// What was seen after one statement is how things stand before the next.
    fn follow(&mut self, locked: &[Locked]) {
        for lock in locked {
            let Some(relation) = self.relations.get_mut(&lock.oid) else { continue };
            match (&lock.name, lock.file) {
                (Some(name), Some(file)) => {
                    relation.name.clone_from(name);
                    relation.file = file;
                    relation.scans = lock.scans;
                    relation.held.clone_from(&lock.held);
                }
                _ => drop(self.relations.remove(&lock.oid)),
            }
        }
    }
}

/// What one statement did to relations from before its file.
#[derive(Default)]
struct Seen {
    /// The strongest lock of each table, by name.
    strongest: BTreeMap<String, LockLevel>,
    new_files: Vec<u32>,
    scans: BTreeSet<String>,
    /// Tables of which an index was read.
    index_scans: BTreeSet<String>,
    gone: Vec<u32>,
    gone_columns: Vec<(u32, i16)>,
}

impl Seen {
    fn of(standing: &Standing, locked: &[Locked], before_file: &HashSet<u32>, step: &Step) -> Self {
        let mut seen = Self::default();
        let known = |oid: u32| standing.relations.get(&oid).filter(|_| before_file.contains(&oid));
        let mut scanned = Vec::new();
        for lock in locked {
            let Some(relation) = known(lock.oid) else { continue };
            let Some(table) = relation.table.map_or(Some(relation), known) else { continue };
            let said = |level: &LockLevel| {
                step.locks.iter().any(|said| {
                    (said.relation == table.name || said.relation == relation.name) && said.mode == level.name()
                })
            };
            let own = lock.held.iter().filter(|level| !relation.held.contains(level) || said(level)).max();
            if let Some(level) = own.filter(|level| **level > LockLevel::RowShare)
                // Whoever takes a number from a sequence locks it, and DROP TABLE drops its own.
                && (relation.kind != b'S' || said(level))
            {
                let strongest = seen.strongest.entry(table.name.clone()).or_insert(*level);
                *strongest = (*strongest).max(*level);
            }
            if lock.scans != relation.scans {
                scanned.push((table.name.clone(), relation.is_table()));
            }
            match lock.file {
                None if matches!(relation.kind, b'r' | b'p' | b'f') && !relation.is_partition => {
                    seen.gone.push(lock.oid)
                }
                Some(file) if relation.is_table() && file != relation.file => seen.new_files.push(lock.oid),
                _ => {}
            }
            seen.gone_columns.extend(lock.dropped_columns.iter().map(|column| (lock.oid, *column)));
        }
        for (table, is_table) in scanned {
            let is_ddl = seen.strongest.get(&table).is_some_and(|level| *level >= LockLevel::ShareUpdateExclusive);
            if is_ddl && is_table {
                seen.scans.insert(table);
            } else if is_ddl {
                seen.index_scans.insert(table);
            }
        }
        seen
    }

    /// DDL that was said to read the table did not.
    fn denies_scan(&self, table: &str) -> bool {
        let is_ddl = self.strongest.get(table).is_none_or(|level| *level >= LockLevel::ShareUpdateExclusive);
        is_ddl && !self.scans.contains(table) && !self.index_scans.contains(table)
    }

    fn locks(&self) -> Vec<PlannedLock> {
        let lock = |(relation, level): (&String, &LockLevel)| PlannedLock {
            relation: relation.clone(),
            mode: level.name().to_owned(),
        };
        self.strongest.iter().map(lock).collect()
    }
}

/// Those that nothing said so far covers.
fn add_hazards(step: &mut Step, found: Vec<Hazard>) {
    for hazard in found {
        let schema = hazard.relation.split('.').next().map(|schema| format!("drop-schema:{schema}"));
        let covered = step.hazards.iter().any(|known| {
            let whole_table = known.allow == format!("drop-table:{}", known.relation);
            known.allow == hazard.allow
                || Some(&known.allow) == schema.as_ref()
                || known.relation == hazard.relation && (whole_table || known.allow.starts_with("drop-type:"))
        });
        if !covered {
            step.hazards.push(hazard);
        }
    }
}

fn step_mut(file: &mut PlannedFile, place: usize) -> Option<&mut Step> {
    let number = u32::try_from(place + 1).ok()?;
    file.groups.iter_mut().flat_map(|group| &mut group.steps).find(|step| step.number == number)
}
