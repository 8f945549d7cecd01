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
    Testing {
        done: usize,
        total: usize,
        file: String,
    },
    ReadingCatalog,
    Judging,
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
