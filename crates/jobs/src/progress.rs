//! What a job says while it works.

use pgmason_scratch::Progress as ScratchProgress;

/// A step worth a line to whoever waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Something that is done once, such as unpacking the embedded server.
    Once(&'static str),
    Reading {
        files: usize,
    },
    Replaying {
        done: usize,
        total: usize,
        file: String,
    },
    /// Files of a folder get other names.
    Renaming {
        done: usize,
        total: usize,
    },
    Testing {
        done: usize,
        total: usize,
        file: String,
    },
    ReadingCatalog,
    /// A way from one schema to another is tried on a scratch database.
    Proving,
    Judging,
    Applying {
        done: usize,
        total: usize,
        file: String,
        /// Of the file, with how many it has.
        step: (usize, usize),
    },
    /// A step of a restructuring. `total` is 0 where only the detail is new.
    Restructuring {
        done: usize,
        total: usize,
        step: String,
        /// `12000 rows, 5300 rows/s, 40 s left`.
        detail: String,
    },
    /// What somebody who watches wants to know at once: a notice of the server, a wait for another runner.
    Told(String),
    /// One database of many is done.
    Database {
        done: usize,
        total: usize,
        failed: usize,
    },
}

/// Takes events. Called often: it decides itself what to show.
pub type Reporter<'a> = &'a dyn Fn(Event);

/// For callers that show nothing.
pub fn silent(_: Event) {}

pub(crate) fn scratch_event(progress: ScratchProgress) -> Event {
    Event::Once(match progress {
        ScratchProgress::Unpacking => "unpacking the embedded PostgreSQL (only this once)",
        ScratchProgress::Preparing(_) => "preparing a scratch database (only this once)",
    })
}
