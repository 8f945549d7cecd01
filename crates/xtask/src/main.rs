//! Programs for whoever works on pgmason: `cargo run -p xtask -- score-diff FILE`, `… -- traffic`.

mod backfill;
mod score;
mod traffic;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "xtask", max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run pairs of schemas through the diff engine and count how it does
    ScoreDiff(score::ScoreArguments),
    /// Measure backfills against one plain UPDATE
    Backfill(backfill::BackfillArguments),
    /// Send requests at a steady rate while a database is changed, and tell what failed, waited or was lost
    Traffic(Box<traffic::TrafficArguments>),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::ScoreDiff(arguments) => score::run(&arguments),
        Command::Backfill(arguments) => backfill::run(&arguments),
        Command::Traffic(arguments) => traffic::run(&arguments),
    };
    match outcome {
        Ok(code) => code,
        Err(message) => {
            anstream::eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}
