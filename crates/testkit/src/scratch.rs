//! Scratch servers that the tests of one process share.
//!
//! A migration may need the whole server for a moment (it is elevated by a change of its role), so a server is lent to
//! one test at a time; each makes databases of its own.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use pgmason_model::Catalog;
use pgmason_pg::IntrospectOptions;
use pgmason_scratch::{Baseline, Engine, Scratch, ScratchDatabase, ScratchOptions};

use crate::cluster::local_binaries;

/// A shared server, for as long as this lives.
pub struct LentScratch {
    guard: MutexGuard<'static, Option<Scratch>>,
}

/// Which of the shared ones.
type Key = (bool, Option<u32>, &'static str);
type Place = &'static Mutex<Option<Scratch>>;

pub fn embedded_server(baseline: Baseline) -> LentScratch {
    lend((true, None, baseline.name()), &ScratchOptions { engine: Engine::Embedded, baseline, ..Default::default() })
}

/// Local binaries of a major (`None`: any). Fails the test where there are none.
pub fn local_server(major: Option<u32>, baseline: Baseline) -> LentScratch {
    local_binaries(major);
    let options = ScratchOptions { engine: Engine::Local, baseline, major, project: None };
    lend((false, major, baseline.name()), &options)
}

/// The embedded one where this build has it, which starts anywhere; else a local one.
pub fn server(baseline: Baseline) -> LentScratch {
    embedded_server(baseline)
}

fn lend(key: Key, options: &ScratchOptions) -> LentScratch {
    static SERVERS: OnceLock<Mutex<BTreeMap<Key, Place>>> = OnceLock::new();
    let place: Place = {
        let mut servers = SERVERS.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        // Never freed: the guard of the server sees the process end.
        servers.entry(key).or_insert_with(|| Box::leak(Box::new(Mutex::new(None))))
    };
    let mut guard = place.lock().unwrap_or_else(PoisonError::into_inner);
    if guard.is_none() {
        *guard = Some(Scratch::open(options, &|_| {}).unwrap_or_else(|error| panic!("no scratch server: {error}")));
    }
    LentScratch { guard }
}

impl LentScratch {
    /// A fresh database with the SQL already run as the migration role.
    pub fn database_with(&mut self, sql: &str) -> ScratchDatabase {
        let database = self.create_database().unwrap();
        database.connect().unwrap().batch_execute(sql).unwrap_or_else(|error| panic!("{sql}\n{error:?}"));
        database
    }
}

impl Deref for LentScratch {
    type Target = Scratch;

    fn deref(&self) -> &Scratch {
        self.guard.as_ref().unwrap()
    }
}

impl DerefMut for LentScratch {
    fn deref_mut(&mut self) -> &mut Scratch {
        self.guard.as_mut().unwrap()
    }
}

pub fn read_catalog(database: &ScratchDatabase) -> Catalog {
    pgmason_pg::introspect(&mut database.connect().unwrap(), &IntrospectOptions::default()).unwrap()
}
