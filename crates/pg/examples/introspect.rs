//! Reads the database at the URL given and prints how long it took and how much it found. For measuring by hand.

use std::time::Instant;

use pgmason_pg::{ConnectOptions, ConnectionString, IntrospectOptions, Platform, connect, introspect};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args().nth(1).ok_or("give a connection string")?;
    let connection: ConnectionString = url.parse()?;
    let started = Instant::now();
    let mut client = connect(&connection, &ConnectOptions::default())?;
    let connected = started.elapsed();
    let options =
        IntrospectOptions { statistics: false, platform: Platform::Detect, second_connection: Some(connection) };
    let catalog = introspect(&mut client, &options)?;
    let read = started.elapsed();
    let line = format!(
        "{} objects, {} dependencies, connected {connected:?}, all {read:?}\n",
        catalog.objects.len(),
        catalog.dependencies.len(),
    );
    std::io::Write::write_all(&mut std::io::stdout(), line.as_bytes())?;
    // Reading is what is measured: the catalog is left to the system, as pg_dump leaves its own.
    std::process::exit(0)
}
