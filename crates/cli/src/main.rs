//! The `pgmason` command: arguments, one file per command, rendering, exit codes.

mod arguments;
mod commands;
mod error;
mod interrupt;
mod render;
mod ui;

use std::process::ExitCode;

use clap::Parser;

use arguments::Arguments;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    ui::set_colour(arguments.colour);
    interrupt::exit_with_130();
    match commands::run(arguments) {
        Ok(outcome) => outcome.exit_code(),
        Err(error) => error.report(),
    }
}
