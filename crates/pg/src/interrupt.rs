//! Cancels what open connections run, before the process ends.
//!
//! A server does not notice that its client is gone while it works: without a cancel it would go on, and run what is
//! already on its way.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

type Cancel = Box<dyn Fn() + Send>;

static OPEN: Mutex<(u64, BTreeMap<u64, Cancel>)> = Mutex::new((0, BTreeMap::new()));

/// A connection that is known here.
pub(crate) struct Registered(u64);

pub(crate) fn register(cancel: Cancel) -> Registered {
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    open.0 += 1;
    let id = open.0;
    open.1.insert(id, cancel);
    Registered(id)
}

impl Registered {
    pub(crate) fn forget(&self) {
        OPEN.lock().unwrap_or_else(PoisonError::into_inner).1.remove(&self.0);
    }
}

/// Asks every server to cancel what it runs for this process. Gives how many there are.
pub fn cancel_all() -> usize {
    let open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    for cancel in open.1.values() {
        cancel();
    }
    open.1.len()
}
