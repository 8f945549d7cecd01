//! Clients that insert, update and delete rows while steps run, and keep a ledger of what they were told was committed.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use postgres::Client;

use super::bed::Bed;

const CLIENTS: usize = 3;

/// How rows are written. Names of rows are `w1-17`: client and number.
#[derive(Clone, Copy)]
pub(super) struct Writes {
    pub(super) table: &'static str,
    pub(super) key: &'static str,
    /// $1 is the row's name.
    pub(super) insert: &'static str,
    /// The column that has the name.
    pub(super) name: &'static str,
}

pub(super) struct Writers {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<BTreeSet<String>>>,
}

/// Names of the rows that have to be there.
pub(super) struct Ledger(BTreeSet<String>);

impl Writers {
    pub(super) fn start(bed: &Bed, writes: Writes) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let threads = (0..CLIENTS)
            .map(|client| {
                let (stop, mut connection) = (Arc::clone(&stop), bed.client());
                std::thread::spawn(move || write(&mut connection, client, writes, &stop))
            })
            .collect();
        Self { stop, threads }
    }

    #[track_caller]
    pub(super) fn stop(self) -> Ledger {
        self.stop.store(true, Ordering::Relaxed);
        let all: BTreeSet<String> = self.threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        assert!(all.len() > 10, "hardly anything was written: {}", all.len());
        Ledger(all)
    }
}

impl Ledger {
    #[track_caller]
    pub(super) fn assert_is(&self, bed: &Bed, query: &str) {
        let rows = bed.client().query(query, &[]).unwrap();
        let found: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
        let lost: Vec<&String> = self.0.difference(&found).collect();
        let odd: Vec<&String> = found.difference(&self.0).collect();
        assert!(lost.is_empty() && odd.is_empty(), "lost: {lost:?}, too many: {odd:?}");
    }
}

/// Each client has rows of its own, and touches others' as well.
fn write(client: &mut Client, number: usize, writes: Writes, stop: &AtomicBool) -> BTreeSet<String> {
    let Writes { table, key, insert, name } = writes;
    let mut ledger = BTreeSet::new();
    let mut count = 0;
    while !stop.load(Ordering::Relaxed) {
        count += 1;
        let own = format!("w{number}-{count}");
        client.execute(insert, &[&own]).unwrap_or_else(|error| panic!("{insert}: {error:?}"));
        ledger.insert(own.clone());
        // Rows from before, that the copy may not have reached.
        let touched = format!(
            "UPDATE {table} SET {name} = {name} WHERE {key} IN (SELECT {key} FROM {table} TABLESAMPLE SYSTEM (1) LIMIT 3)"
        );
        let touched = match count % 3 {
            0 => touched,
            _ => format!("UPDATE {table} SET {name} = {name} WHERE {name} = 'more{}'", count * 7 % 20000 + number),
        };
        // TABLESAMPLE does not work through the view that stands there at last.
        if let Err(error) = client.batch_execute(&touched) {
            let code = error.code().map_or("", |code| code.code()).to_owned();
            assert!(matches!(code.as_str(), "0A000" | "40P01"), "{touched}: {error:?}");
        }
        if count % 4 == 0 {
            let renamed = format!("{own}-again");
            let sql = format!("UPDATE {table} SET {name} = $1 WHERE {name} = $2");
            client.execute(&sql, &[&renamed, &own]).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
            ledger.remove(&own);
            ledger.insert(renamed);
        }
        if count % 5 == 0 {
            let gone = ledger.pop_first().unwrap();
            let sql = format!("DELETE FROM {table} WHERE {name} = $1");
            client.execute(&sql, &[&gone]).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        }
    }
    ledger
}
