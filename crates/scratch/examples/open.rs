//! Opens a scratch database and says how long it took.
use pgmason_scratch::*;
use std::time::Instant;
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = match std::env::args().nth(1).as_deref() {
        Some("local") => Engine::Local,
        _ => Engine::Embedded,
    };
    let t = Instant::now();
    let mut s =
        Scratch::open(&ScratchOptions { engine, baseline: Baseline::Supabase, major: None, project: None }, &|p| {
            eprintln!("{p:?}")
        })?;
    eprintln!("{} open {:?}", s.describe(), t.elapsed());
    let d = s.create_database()?;
    eprintln!("db {:?}", t.elapsed());
    let mut c = d.config().connect(postgres::NoTls)?;
    let v: String = c.query_one("select version()||current_user||current_database()", &[])?.get(0);
    eprintln!("{v} {:?}", t.elapsed());
    let d = s.create_database()?;
    let mut c = d.config().connect(postgres::NoTls)?;
    let v: String = c.query_one("select current_user||current_database()||current_setting('search_path')", &[])?.get(0);
    eprintln!("{v} {:?}", t.elapsed());
    if std::env::args().nth(2).is_some() {
        std::thread::sleep(std::time::Duration::from_secs(60));
    }
    let t = Instant::now();
    drop(c);
    drop(s);
    eprintln!("drop {:?}", t.elapsed());
    Ok(())
}
