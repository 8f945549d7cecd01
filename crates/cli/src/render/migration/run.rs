//! What a run of migrations says, for people: apply, a stage, and rollback.

use std::io::{self, Write};

use pgmason_jobs::migration::run_report::{FileOutcome, FileRun, Refusal, RunReport};
use pgmason_model::Level;

use super::count;
use crate::render::table::borderless;
use crate::ui::{DIM, GOOD, HINT, level_style};

/// `nothing`: what is said where there was nothing to run.
pub(crate) fn render(report: &RunReport, nothing: &str, out: &mut dyn Write) -> io::Result<()> {
    refusals(&report.refusals, out)?;
    if !report.files.is_empty() {
        let rows = report.files.iter().map(|file| row(file, report.dry_run && report.refusals.is_empty())).collect();
        writeln!(out, "{}", borderless(&["FILE", "OUTCOME", "SECONDS", "STATEMENTS", ""], rows, &[2, 3]))?;
    }
    for file in &report.files {
        failure(file, out)?;
    }
    if report.dry_run {
        for sql in report.files.iter().filter_map(|file| file.sql.as_deref()) {
            writeln!(out, "\n{DIM}{sql}{DIM:#}")?;
        }
    }
    for hook in report.hooks.iter().filter(|hook| hook.exit_code != Some(0)) {
        let style = level_style(Level::Error);
        let code =
            hook.exit_code.map_or_else(|| "did not end by itself".to_owned(), |code| format!("ended with {code}"));
        writeln!(out, "{style}failed{style:#}  hook {}: `{}` {code}", hook.when, hook.command)?;
    }
    for note in &report.notes {
        writeln!(out, "{DIM}note:{DIM:#} {note}")?;
    }
    summary(report, nothing, out)
}

pub(crate) fn refusals(refusals: &[Refusal], out: &mut dyn Write) -> io::Result<()> {
    let style = level_style(Level::Error);
    for refusal in refusals {
        writeln!(out, "{style}refused{style:#}  {}", refusal.message)?;
        for line in refusal.detail.lines() {
            writeln!(out, "    {DIM}{line}{DIM:#}")?;
        }
        writeln!(out, "    {HINT}hint:{HINT:#} {}", refusal.hint)?;
        if let Some(allow) = refusal.allow.as_ref().filter(|allow| !refusal.hint.contains(allow.as_str())) {
            writeln!(out, "    {DIM}or go on as it is: --allow {allow}{DIM:#}")?;
        }
    }
    Ok(())
}

fn row(file: &FileRun, would_run: bool) -> Vec<String> {
    let outcome = match file.outcome {
        FileOutcome::NotRun if would_run => "would run",
        FileOutcome::NotRun => "not run",
        FileOutcome::Applied => "applied",
        FileOutcome::Reverted => "reverted",
        FileOutcome::Failed => "failed",
    };
    let mut remarks = Vec::new();
    if file.groups > 1 {
        remarks.push(format!("{} transactions", file.groups));
    }
    if let Some(step) = file.resumed_at {
        remarks.push(format!("went on at statement {step}"));
    }
    if file.lock_timeouts > 0 {
        remarks.push(format!("{} tries lost to a lock", file.lock_timeouts));
    }
    if !file.repaired.is_empty() {
        remarks.push(format!("INVALID index dropped: {}", file.repaired.join(", ")));
    }
    let ran = file.outcome != FileOutcome::NotRun;
    vec![
        file.path.clone(),
        outcome.to_owned(),
        if ran { format!("{:.2}", file.seconds) } else { String::new() },
        if ran && file.steps_done != file.steps {
            format!("{} of {}", file.steps_done, file.steps)
        } else {
            file.steps.to_string()
        },
        remarks.join(", "),
    ]
}

fn failure(file: &FileRun, out: &mut dyn Write) -> io::Result<()> {
    let Some(error) = &file.error else { return Ok(()) };
    let style = level_style(Level::Error);
    let state = error.sqlstate.as_deref().map(|state| format!(" (SQLSTATE {state})")).unwrap_or_default();
    writeln!(out, "\n{style}failed{style:#}  {}:{}", file.path, error.line)?;
    writeln!(out, "    {}{state}", error.message)?;
    writeln!(out, "    {DIM}{}{DIM:#}", error.statement)?;
    if let Some(detail) = error.detail.as_deref().and_then(|detail| detail.lines().next()) {
        writeln!(out, "    {detail}")?;
    }
    if let Some(hint) = &error.hint {
        writeln!(out, "    {HINT}hint:{HINT:#} {hint}")?;
    }
    if file.steps_done > 0 {
        writeln!(out, "    {} of {} statements are done and stay done", file.steps_done, file.steps)
    } else {
        writeln!(out, "    nothing of the file is left in the database")
    }
}

fn summary(report: &RunReport, nothing: &str, out: &mut dyn Write) -> io::Result<()> {
    let reverted = report.count(FileOutcome::Reverted);
    let done = report.count(FileOutcome::Applied) + reverted;
    let left = report.count(FileOutcome::NotRun);
    let (seconds, history) = (report.seconds, &report.history);
    if report.files.is_empty() && report.refusals.is_empty() {
        return writeln!(out, "{GOOD}nothing to do{GOOD:#}: {nothing} {DIM}({history}){DIM:#}");
    }
    if !report.refusals.is_empty() {
        writeln!(out, "\nnothing was run; {} left {DIM}({history}){DIM:#}", count(left, "file"))?;
    } else if report.dry_run {
        writeln!(out, "\n{} would run; nothing was changed", count(left, "file"))?;
    } else {
        let word = if reverted > 0 { "taken back" } else { "applied" };
        let failed = if report.failed().is_some() { ", 1 failed" } else { "" };
        let done = count(done, "file");
        writeln!(out, "\n{done} {word}{failed}, {left} not run, in {seconds:.2} s {DIM}({history}){DIM:#}")?;
    }
    next(report.next.as_deref(), out)
}

/// The command that goes on. Its options may hold a password, so they are not repeated.
pub(crate) fn next(command: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
    match command {
        Some(command) => writeln!(out, "{HINT}to go on:{HINT:#} {command} {DIM}(with the same options){DIM:#}"),
        None => Ok(()),
    }
}
