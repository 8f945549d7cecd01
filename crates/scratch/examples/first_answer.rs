//! Opens a scratch database, asks it one question, and ends: what `make bench` times as the first answer.

use pgmason_scratch::{Baseline, Engine, Scratch, ScratchOptions};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = match std::env::args().nth(1).as_deref() {
        Some("local") => Engine::Local,
        _ => Engine::Embedded,
    };
    let options = ScratchOptions { engine, baseline: Baseline::Supabase, ..ScratchOptions::default() };
    let started = std::time::Instant::now();
    let mut scratch = Scratch::open(&options, &|_| {})?;
    let opened = started.elapsed();
    let mut client = scratch.create_database()?.connect()?;
    client.query_one("SELECT 1", &[])?;
    // Written with care for a closed standard error: the lint against eprintln! holds here too.
    use std::io::Write;
    writeln!(std::io::stderr(), "open {opened:?}, first answer {:?}", started.elapsed())?;
    Ok(())
}
