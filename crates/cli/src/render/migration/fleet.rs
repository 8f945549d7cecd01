//! What a run over many databases says, for people: one table.

use std::collections::BTreeMap;
use std::io::{self, Write};

use pgmason_jobs::migration::fleet::{DatabaseOutcome, FleetReport};

use super::count;
use crate::render::table::borderless;
use crate::ui::DIM;

pub(crate) fn render(report: &FleetReport, out: &mut dyn Write) -> io::Result<()> {
    let rows = report
        .databases
        .iter()
        .map(|row| {
            vec![
                row.target.clone(),
                word(row.outcome).to_owned(),
                row.applied.to_string(),
                row.pending.to_string(),
                format!("{:.2}", row.seconds),
                row.message.clone().unwrap_or_default(),
            ]
        })
        .collect();
    let header = ["DATABASE", "OUTCOME", "APPLIED", "PENDING", "SECONDS", ""];
    writeln!(out, "{}", borderless(&header, rows, &[2, 3, 4]))?;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &report.databases {
        *counts.entry(word(row.outcome)).or_default() += 1;
    }
    let counts: Vec<String> = counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
    let seconds = report.seconds;
    writeln!(
        out,
        "\n{}: {} {DIM}in {seconds:.2} s{DIM:#}",
        count(report.databases.len(), "database"),
        counts.join(", ")
    )?;
    super::run::next(report.next.as_deref(), out)
}

fn word(outcome: DatabaseOutcome) -> &'static str {
    match outcome {
        DatabaseOutcome::UpToDate => "up to date",
        DatabaseOutcome::Applied => "applied",
        DatabaseOutcome::Pending => "pending",
        DatabaseOutcome::Refused => "refused",
        DatabaseOutcome::Failed => "failed",
        DatabaseOutcome::Unreachable => "unreachable",
        DatabaseOutcome::NotStarted => "not started",
    }
}
