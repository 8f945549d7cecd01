//! What `migration status` says, for people.

use std::io::{self, Write};

use pgmason_jobs::migration::comparison::{Problem, State};
use pgmason_jobs::migration::status::{Row, StatusReport};
use pgmason_model::Level;

use crate::render::table::borderless;
use crate::ui::{BOLD, DIM, GOOD, HINT, level_style};

/// Applied files that are shown one by one; of more, only the last.
const SHOWN: usize = 10;

pub(crate) fn render(report: &StatusReport, out: &mut dyn Write) -> io::Result<()> {
    let settled = report.migrations.iter().take_while(|row| row.state == State::Applied).count();
    let hidden = settled.saturating_sub(SHOWN);
    if hidden > 0 {
        writeln!(out, "{DIM}{hidden} earlier files are applied{DIM:#}")?;
    }
    let rows: Vec<Vec<String>> = report.migrations.iter().skip(hidden).map(row).collect();
    if !rows.is_empty() {
        let header = ["STATE", "VERSION", "NAME", "APPLIED", "BY", "SECONDS"];
        writeln!(out, "{}", borderless(&header, rows, &[5]))?;
    }
    problems(report, out)?;
    renames(report, out)?;
    slow(report, out)?;
    for note in &report.notes {
        writeln!(out, "{DIM}note:{DIM:#} {note}")?;
    }
    let history = report.history.as_deref().unwrap_or("no history");
    let (applied, pending) = (report.applied, report.pending);
    let verdict = match report.problems.len() {
        0 => format!("{GOOD}clean{GOOD:#}"),
        1 => "1 thing needs a person".to_owned(),
        several => format!("{several} things need a person"),
    };
    writeln!(out, "\n{applied} applied, {pending} pending; {verdict} {DIM}({history}){DIM:#}")
}

fn row(row: &Row) -> Vec<String> {
    let state = match row.state {
        State::Applied => "applied",
        State::Pending => "pending",
        State::HalfDone => "half done",
        State::HalfUndone => "half undone",
        State::Edited => "edited",
        State::Missing => "missing",
        State::Archived => "archived",
    };
    let name = if row.version.ends_with(&row.name) { String::new() } else { row.name.clone() };
    vec![
        state.to_owned(),
        row.version.clone(),
        name,
        row.applied_at.clone().unwrap_or_default().replace('T', " ").replace('Z', ""),
        row.operator.clone().or_else(|| row.applied_by.clone()).unwrap_or_default(),
        row.seconds.map(|seconds| format!("{seconds:.2}")).unwrap_or_default(),
    ]
}

fn problems(report: &StatusReport, out: &mut dyn Write) -> io::Result<()> {
    let style = level_style(Level::Error);
    for row in &report.problems {
        writeln!(out, "\n{style}problem{style:#}  {}", row.message)?;
        match &row.problem {
            Problem::Edited { difference, .. } => {
                for line in difference.lines() {
                    writeln!(out, "    {DIM}{line}{DIM:#}")?;
                }
            }
            Problem::HalfDone { statement: Some(statement), .. } => writeln!(out, "    {DIM}{statement}{DIM:#}")?,
            _ => {}
        }
        writeln!(out, "    {HINT}hint:{HINT:#} {}", row.hint)?;
    }
    Ok(())
}

fn renames(report: &StatusReport, out: &mut dyn Write) -> io::Result<()> {
    if report.renames.is_empty() {
        return Ok(());
    }
    let rows = report
        .renames
        .iter()
        .map(|rename| vec![format!("  {}", rename.old_name), rename.new_name.clone(), rename.status.clone()])
        .collect();
    writeln!(out, "\n{BOLD}Renamed tables{BOLD:#}\n{}", borderless(&[], rows, &[]))
}

fn slow(report: &StatusReport, out: &mut dyn Write) -> io::Result<()> {
    if !report.slow.is_empty() {
        let rows = report
            .slow
            .iter()
            .map(|slow| {
                let runs: Vec<String> = slow.runs.iter().take(5).map(|run| format!("{:.2}", run.seconds)).collect();
                vec![format!("  {}", slow.version), slow.name.clone(), runs.join(" ← ")]
            })
            .collect();
        writeln!(out, "\n{BOLD}Slowest{BOLD:#} {DIM}seconds, the newest run first{DIM:#}")?;
        writeln!(out, "{}", borderless(&[], rows, &[]))?;
    }
    if !report.trend.is_empty() {
        let rows = report
            .trend
            .iter()
            .map(|day| {
                vec![
                    format!("  {}", day.day),
                    day.files.to_string(),
                    format!("{:.2}", day.middle_seconds),
                    format!("{:.2}", day.longest_seconds),
                ]
            })
            .collect();
        writeln!(out, "\n{BOLD}Trend{BOLD:#}")?;
        writeln!(out, "{}", borderless(&["  DAY", "FILES", "MIDDLE", "LONGEST"], rows, &[1, 2, 3]))?;
    }
    Ok(())
}
