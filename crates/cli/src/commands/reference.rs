//! `pgmason reference`: every command's help as one Markdown page; the repository's command reference is its output.

use std::io::Write;

use clap::CommandFactory;

use super::Outcome;
use crate::arguments::Arguments;
use crate::error::CommandError;

pub(super) fn run() -> Result<Outcome, CommandError> {
    let mut page =
        String::from("# Command reference\n\nWritten by `pgmason reference`; a test holds it against the program.\n");
    let mut command = Arguments::command().term_width(100);
    command.build();
    describe(&mut command, "pgmason", &mut page);
    std::io::stdout().lock().write_all(page.as_bytes())?;
    Ok(Outcome::Clean)
}

fn describe(command: &mut clap::Command, name: &str, page: &mut String) {
    let help = command.render_long_help().to_string();
    page.push_str(&format!("\n## {name}\n\n```text\n{}\n```\n", help.trim_end()));
    for sub in command.get_subcommands_mut() {
        if sub.is_hide_set() || sub.get_name() == "help" {
            continue;
        }
        let name = format!("{name} {}", sub.get_name());
        describe(sub, &name, page);
    }
}
