//! `pgmason rules`.

use std::io::Write;
use std::path::Path;

use pgmason_core::rulebook::RuleLevel;
use pgmason_core::rules::{self, Check, Section};
use serde::Serialize;

use super::{Outcome, opening};
use crate::arguments::RulesArguments;
use crate::error::CommandError;
use crate::render::table;
use crate::ui::BOLD;

#[derive(Serialize)]
struct RuleEntry {
    name: &'static str,
    section: &'static str,
    default_level: RuleLevel,
    /// With the project's configuration.
    level: Option<pgmason_model::Level>,
    summary: &'static str,
    /// `schema`, `live` or `files`.
    looks_at: &'static str,
}

#[derive(Serialize)]
struct RulesReport {
    schema_version: u32,
    rules: Vec<RuleEntry>,
}

pub(super) fn run(folder: &Path, arguments: &RulesArguments) -> Result<Outcome, CommandError> {
    let project = opening::project(folder)?;
    let rulebook = project.configuration.rulebook(Default::default());
    let entries = rules::all().map(|rule| RuleEntry {
        name: rule.name,
        section: rule.section.title(),
        default_level: rule.default_level,
        level: rulebook.level_of(rule),
        summary: rule.summary,
        looks_at: match rule.check {
            Check::Schema(_) => "schema",
            Check::Live(_) => "live",
            Check::Files(_) => "files",
        },
    });
    let report = RulesReport { schema_version: 1, rules: entries.collect() };
    let mut out = anstream::stdout().lock();
    if arguments.json {
        serde_json::to_writer_pretty(&mut out, &report).map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(Outcome::Clean);
    }
    for section in Section::ALL {
        writeln!(out, "{BOLD}{}{BOLD:#}", section.title())?;
        let rows = report
            .rules
            .iter()
            .filter(|rule| rule.section == section.title())
            .map(|rule| {
                let level = rule.level.map_or_else(|| "off".to_owned(), |level| level.to_string());
                vec![format!("  {}", rule.name), level, rule.summary.to_owned()]
            })
            .collect();
        writeln!(out, "{}\n", table::borderless(&[], rows, &[]))?;
    }
    writeln!(out, "`pgmason explain RULE` prints a rule's page.")?;
    Ok(Outcome::Clean)
}
