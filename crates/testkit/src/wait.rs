//! Waiting for what happens elsewhere, with deadlines for a loaded machine.

use std::thread::sleep;
use std::time::{Duration, Instant};

/// Longer than anything takes on a machine that does ten other things.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// True as soon as the condition holds, false when the time is over.
pub fn until(limit: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let started = Instant::now();
    loop {
        if condition() {
            return true;
        }
        if started.elapsed() > limit {
            return false;
        }
        sleep(Duration::from_millis(20));
    }
}
