//! Where each stage stands.

use std::io::{self, Write};

use pgmason_jobs::restructure::evidence::{Evidence, in_words};
use pgmason_jobs::restructure::status::{StageStatus, StatusReport};
use pgmason_model::Level;

use crate::ui::{BOLD, DIM, GOOD, level_style};

pub(crate) fn render(report: &StatusReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{BOLD}{}{BOLD:#} on {}", report.restructure, report.database)?;
    for stage in &report.stages {
        one(stage, out)?;
    }
    super::notes(&report.notes, out)
}

fn one(stage: &StageStatus, out: &mut dyn Write) -> io::Result<()> {
    let style = match stage.phase.as_str() {
        "completed" => GOOD,
        "started" => level_style(Level::Info),
        "not begun" => DIM,
        _ => level_style(Level::Error),
    };
    write!(out, "\n{BOLD}stage {}{BOLD:#}: {style}{}{style:#}", stage.stage, stage.phase)?;
    if let Some(ago) = stage.started_seconds_ago {
        write!(out, ", started {} ago", in_words(ago))?;
    }
    match stage.soak_seconds_left {
        Some(left) if left > 0.0 => write!(out, ", to be watched for {} longer", in_words(left))?,
        _ => {}
    }
    writeln!(out)?;
    for operation in &stage.operations {
        writeln!(out, "  {} {DIM}({} of {} steps){DIM:#}", operation.title, operation.steps_done, operation.steps)?;
        if let Some(error) = &operation.error {
            writeln!(out, "    {style}error:{style:#} {error}", style = level_style(Level::Error))?;
        }
    }
    for backfill in &stage.backfills {
        let left = backfill.seconds_left.map(|left| format!(", {} left", in_words(left))).unwrap_or_default();
        // The server guesses nothing for a table that nobody has analyzed.
        let expected = if backfill.rows_expected > 0.0 {
            format!(" of about {:.0}", backfill.rows_expected)
        } else {
            String::new()
        };
        writeln!(
            out,
            "  {}: {}, {}{expected} rows, {:.0} rows/s{left}",
            backfill.title, backfill.state, backfill.rows, backfill.rows_per_second
        )?;
    }
    for problem in &stage.problems {
        writeln!(out, "  {style}wrong:{style:#} {problem}", style = level_style(Level::Error))?;
    }
    for evidence in &stage.evidence {
        used(evidence, out)?;
    }
    Ok(())
}

fn used(evidence: &Evidence, out: &mut dyn Write) -> io::Result<()> {
    let lines = evidence.describe();
    if lines.is_empty() {
        let counted = match &evidence.counted {
            Some(counted) => format!("nobody uses it; {} uses since the start", counted.uses),
            None => "nothing is known to use it".to_owned(),
        };
        writeln!(out, "  {}: {GOOD}{counted}{GOOD:#}", evidence.name)?;
    } else {
        let style = level_style(Level::Warning);
        writeln!(out, "  {}: {style}in use{style:#}: {}", evidence.name, lines.join("; "))?;
    }
    for gap in &evidence.not_checked {
        writeln!(out, "    {DIM}not checked: {gap}{DIM:#}")?;
    }
    Ok(())
}
