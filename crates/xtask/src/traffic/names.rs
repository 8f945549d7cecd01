//! Which of its names each table is asked for by, at this moment.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::steps::Names;
use super::tables::Table;

/// One table's: the first and the last surface that requests may take, and which of them are there.
#[derive(Debug)]
struct InUse {
    first: AtomicUsize,
    last: AtomicUsize,
    usable: Vec<AtomicBool>,
}

#[derive(Debug)]
pub(super) struct NamesInUse {
    tables: Vec<InUse>,
    /// Tables whose names change now, or at all: half of the requests go there.
    changing: Vec<AtomicBool>,
}

impl NamesInUse {
    pub(super) fn beginning(tables: &[Table]) -> Self {
        let in_use = |table: &Table| InUse {
            first: AtomicUsize::new(0),
            last: AtomicUsize::new(0),
            usable: (0..table.surfaces.len()).map(|place| AtomicBool::new(place == 0)).collect(),
        };
        Self {
            tables: tables.iter().map(in_use).collect(),
            changing: tables.iter().map(|table| AtomicBool::new(table.surfaces.len() > 1)).collect(),
        }
    }

    pub(super) fn is_changing(&self, table: usize) -> bool {
        self.changing[table].load(Ordering::SeqCst)
    }

    /// Before the command that comes runs. `stage`: only the tables that it changes.
    pub(super) fn set(&self, tables: &[Table], names: Names, stage: Option<&str>) {
        let is_named =
            |table: &Table, stage: &str| table.surfaces.iter().any(|found| found.stage.as_deref() == Some(stage));
        for (table, changing) in tables.iter().zip(&self.changing) {
            changing.store(stage.map_or(table.surfaces.len() > 1, |stage| is_named(table, stage)), Ordering::SeqCst);
        }
        for (table, in_use) in tables.iter().zip(&self.tables) {
            let of_stage = |stage: &str| table.surfaces.iter().position(|found| found.stage.as_deref() == Some(stage));
            let (before, after) = match stage {
                Some(stage) => match of_stage(stage) {
                    Some(place) => (place.saturating_sub(1), place),
                    None => continue,
                },
                None => (0, table.surfaces.len() - 1),
            };
            let (first, last) = match names {
                Names::Old => (before, before),
                Names::Both => (before, after),
                Names::New => (after, after),
            };
            in_use.first.store(first, Ordering::SeqCst);
            in_use.last.store(last, Ordering::SeqCst);
            if names == Names::Old {
                // The next start has to make them again.
                in_use.usable.iter().skip(first + 1).for_each(|usable| usable.store(false, Ordering::SeqCst));
            }
        }
    }

    /// Places of the surfaces that requests take now.
    pub(super) fn of(&self, table: usize) -> Vec<usize> {
        let in_use = &self.tables[table];
        let (first, last) = (in_use.first.load(Ordering::SeqCst), in_use.last.load(Ordering::SeqCst));
        let usable = |place: &usize| in_use.usable[*place].load(Ordering::SeqCst);
        let found: Vec<usize> = (first..=last).filter(|place| *place == first || usable(place)).collect();
        // A name that never came is not asked for: the one before it is.
        match found.as_slice() {
            [only] if !usable(only) => vec![(0..*only).rev().find(usable).unwrap_or(0)],
            _ => found,
        }
    }

    /// Whether the poller has to look for the name.
    pub(super) fn awaits(&self, table: usize, place: usize) -> bool {
        let in_use = &self.tables[table];
        place > 0 && place <= in_use.last.load(Ordering::SeqCst) && !in_use.usable[place].load(Ordering::SeqCst)
    }

    pub(super) fn is_there(&self, table: usize, place: usize) {
        self.tables[table].usable[place].store(true, Ordering::SeqCst);
    }
}
