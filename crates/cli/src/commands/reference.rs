//! `pgmason reference`: the pages under docs/ that the program writes about itself.

use std::fmt::Write as _;
use std::io::Write as _;

use clap::CommandFactory;
use pgmason_core::rulebook::RuleLevel;
use pgmason_core::rules::Section;

use super::Outcome;
use crate::arguments::{Arguments, ReferencePage};
use crate::error::CommandError;

pub(super) fn run(page: ReferencePage) -> Result<Outcome, CommandError> {
    let text = match page {
        ReferencePage::Commands => commands(),
        ReferencePage::Rules => rules(),
    };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Outcome::Clean)
}

/// Every command's help.
fn commands() -> String {
    let mut page = String::from(
        "# Command reference\n\nWritten by `pgmason reference commands`; a test holds it against the program.\n",
    );
    let mut command = Arguments::command().term_width(100);
    command.build();
    describe(&mut command, "pgmason", &mut page);
    page
}

fn describe(command: &mut clap::Command, name: &str, page: &mut String) {
    let help = command.render_long_help().to_string();
    let help: Vec<&str> = help.lines().map(str::trim_end).collect();
    let _ = write!(page, "\n## {name}\n\n```text\n{}\n```\n", help.join("\n").trim_end());
    for sub in command.get_subcommands_mut() {
        if sub.is_hide_set() || sub.get_name() == "help" {
            continue;
        }
        let name = format!("{name} {}", sub.get_name());
        describe(sub, &name, page);
    }
}

/// Every rule with its default level, linked to its page.
fn rules() -> String {
    let mut page =
        String::from("# Rules\n\nWritten by `pgmason reference rules`; a test holds it against the program.\n");
    for section in Section::ALL {
        let _ = write!(page, "\n## {}\n\n| rule | default | finds |\n|---|---|---|\n", section.title());
        for rule in section.rules() {
            let level = match rule.default_level {
                RuleLevel::Off => "off",
                RuleLevel::Info => "info",
                RuleLevel::Warning => "warning",
                RuleLevel::Error => "error",
            };
            let folder = format!("{section:?}").to_lowercase();
            let stem = rule.name.replace('-', "_");
            let _ = writeln!(
                page,
                "| [`{}`](../crates/core/src/rules/{folder}/{stem}.md) | {level} | {} |",
                rule.name,
                rule.summary.replace('|', "\\|")
            );
        }
    }
    page
}
