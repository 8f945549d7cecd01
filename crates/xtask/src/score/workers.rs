//! Several pairs at a time, each worker with a server of its own: roles belong to a server.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use pgmason_pg::ConnectionString;

use super::ScoreArguments;
use super::case::Worker;
use super::pair::Pair;
use super::tally::Scored;

/// In the order of the pairs.
pub(super) fn run(
    pairs: &[Pair],
    servers: &[ConnectionString],
    arguments: &ScoreArguments,
) -> Result<Vec<Scored>, String> {
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, Vec<Scored>)>> = Mutex::new(Vec::new());
    let failure: Mutex<Option<String>> = Mutex::new(None);
    std::thread::scope(|scope| {
        for server in servers {
            scope.spawn(|| {
                let work = || -> Result<(), String> {
                    let mut worker = Worker::open(server, arguments.online)?;
                    loop {
                        let place = next.fetch_add(1, Ordering::Relaxed);
                        let Some(pair) = pairs.get(place) else { return Ok(()) };
                        let scored = worker.score(pair).map_err(|error| format!("{}: {error}", pair.name()))?;
                        if let Ok(mut results) = results.lock() {
                            results.push((place, scored));
                        }
                    }
                };
                if let (Err(message), Ok(mut failure)) = (work(), failure.lock()) {
                    // The others stop, too.
                    next.store(usize::MAX / 2, Ordering::Relaxed);
                    *failure = Some(message);
                }
            });
        }
    });
    if let Some(message) = failure.into_inner().map_err(|error| error.to_string())? {
        return Err(message);
    }
    let mut results = results.into_inner().map_err(|error| error.to_string())?;
    results.sort_by_key(|(place, _)| *place);
    Ok(results.into_iter().flat_map(|(_, scored)| scored).collect())
}
