//! What `migration repair` says, for people.

use std::io::{self, Write};

use pgmason_jobs::migration::repair::{Change, RepairReport};

use crate::ui::DIM;

pub(crate) fn render(report: &RepairReport, out: &mut dyn Write) -> io::Result<()> {
    let would = if report.dry_run { "would be " } else { "" };
    for change in &report.changes {
        match change {
            Change::Entered { version, name } => writeln!(out, "{version} {name}: {would}entered as applied")?,
            Change::TakenOut { version } => writeln!(out, "{version}: {would}taken out")?,
            Change::Renamed { version, to, name } => writeln!(out, "{version}: {would}renamed to {to} {name}")?,
        }
    }
    match report.changes.len() {
        0 => writeln!(out, "nothing to change {DIM}({}){DIM:#}", report.history),
        number => {
            let entries = if number == 1 { "1 entry".to_owned() } else { format!("{number} entries") };
            writeln!(out, "\n{entries} {would}changed; no migration was run {DIM}({}){DIM:#}", report.history)
        }
    }
}
