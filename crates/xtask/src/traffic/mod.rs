//! Requests as applications send them, at a steady rate, while a database is changed: what failed, what had to wait, and
//! whether each row that was told to be committed is there.
//!
//!     cargo run -p xtask -- traffic --setup examples/prefix --restructure examples/prefix/restructure/prefix.toml \
//!         --run 'both: pgmason restructure start -C examples/prefix --db {db}' --with long-reader
//!
//! - Requests come due whatever the server does (an open loop), and a latency begins when the request was due: a stall
//!   of the server shows in every request that it kept waiting.
//! - Roles are taken as PostgREST takes them; what each may do is tried out first, and only that is asked.
//! - A client writes only rows of its own, so that it knows what each has to hold. Other rows stay as they were.
//! - `--self-test` runs it against changes whose effect is known.

mod arguments;
mod audit;
mod calibrate;
mod client;
mod drive;
mod ledger;
mod locks;
mod names;
mod obstacles;
mod protocol;
mod report;
mod request;
mod sample;
mod seed;
mod self_test;
mod steps;
mod surface;
mod tables;
mod target;
mod value;
mod world;

use std::process::ExitCode;

pub(crate) use arguments::TrafficArguments;
use target::Target;

/// Exit code 1 where a request failed, the ledger differs from the rows, or a command failed.
pub(crate) fn run(arguments: &TrafficArguments) -> Result<ExitCode, String> {
    if arguments.self_test {
        return self_test::run();
    }
    let target = Target::open(arguments)?;
    let report = drive::drive(arguments, &target)?;
    if arguments.json {
        let text = serde_json::to_string_pretty(&report).map_err(|error| error.to_string())?;
        anstream::println!("{text}");
    } else {
        anstream::println!("{report}");
    }
    Ok(if report.complaints().is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
