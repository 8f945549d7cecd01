//! What `migration plan` says, for people.
//!
//! A line for each file, and under it only the steps that somebody has to think about; the JSON has them all.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use anstyle::{AnsiColor, Style};
use pgmason_model::plan::{Estimate, GroupKind, Plan, PlannedFile, Risk, Step, TransactionGroup, Undo, beginning};
use pgmason_model::{Finding, Level};

use super::super::table::borderless;
use super::count;
use crate::ui::{BOLD, DIM, GOOD, level_style};

pub(crate) fn render(plan: &Plan, written: Option<&Path>, out: &mut dyn Write) -> io::Result<()> {
    let on = plan.target.as_ref().map_or_else(String::new, |target| format!(" on {target}"));
    if plan.files.is_empty() {
        writeln!(out, "{GOOD}nothing is pending{GOOD:#}{on} {DIM}({}){DIM:#}", plan.source)?;
    } else {
        writeln!(out, "{BOLD}{}{BOLD:#} to run{on} {DIM}({}){DIM:#}\n", count(plan.files.len(), "file"), plan.source)?;
    }
    for file in &plan.files {
        render_file(file, out)?;
    }
    if !plan.files.is_empty() {
        writeln!(out)?;
    }
    for note in &plan.notes {
        writeln!(out, "{DIM}note:{DIM:#} {note}")?;
    }
    for gap in &plan.not_checked {
        writeln!(out, "{DIM}not checked:{DIM:#} {}: {}", gap.what, gap.reason)?;
    }
    if !plan.files.is_empty() {
        summary(plan, out)?;
    }
    match written {
        Some(path) => writeln!(out, "written to {}; run it: `pgmason migration apply --plan {0}`", path.display()),
        None => Ok(()),
    }
}

fn render_file(file: &PlannedFile, out: &mut dyn Write) -> io::Result<()> {
    let style = risk_style(file.risk);
    let undo = undo(file);
    writeln!(
        out,
        "{BOLD}{}{BOLD:#}  {}, {}, {style}{}{style:#}, {undo}",
        file.path,
        count(file.steps().count(), "step"),
        transactions(&file.groups),
        file.risk.name(),
    )?;
    let rows: Vec<Vec<String>> = file.steps().filter(|step| step.risk > Risk::Metadata).map(step_row).collect();
    if !rows.is_empty() {
        writeln!(out, "{}", borderless(&[], rows, &[]))?;
    }
    let briefly = short_locks(file);
    if !briefly.is_empty() {
        let names: Vec<&str> = briefly.into_iter().collect();
        writeln!(out, "  {DIM}ACCESS EXCLUSIVE for a moment:{DIM:#} {}", names.join(", "))?;
    }
    for hazard in file.steps().flat_map(|step| &step.hazards).filter(|hazard| hazard.existing) {
        writeln!(out, "  {style}{}{style:#}  {DIM}--allow {}{DIM:#}", hazard.message, hazard.allow)?;
    }
    for finding in file.findings.iter().filter(|finding| finding.level > Level::Info) {
        render_finding(finding, out)?;
    }
    Ok(())
}

fn render_finding(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let style = level_style(finding.level);
    let line = finding.line.map_or_else(String::new, |line| format!("line {line}: "));
    writeln!(out, "  {style}{}{style:#} {line}{}  {DIM}{}{DIM:#}", finding.level, finding.message, finding.rule)
}

/// Relations that others cannot read for a moment, by steps that have no line of their own.
fn short_locks(file: &PlannedFile) -> BTreeSet<&str> {
    file.steps()
        .filter(|step| step.risk == Risk::Metadata)
        .flat_map(|step| &step.locks)
        .filter(|lock| lock.mode == "ACCESS EXCLUSIVE")
        .map(|lock| lock.relation.as_str())
        .collect()
}

fn step_row(step: &Step) -> Vec<String> {
    let mut work = Vec::new();
    if !step.rewrites.is_empty() {
        work.push(format!("rewrites {}", step.rewrites.join(", ")));
    }
    if !step.scans.is_empty() {
        work.push(format!("reads {}", step.scans.join(", ")));
    }
    work.extend(step.estimate.map(estimate));
    vec![
        format!("  line {}", step.line),
        beginning(&step.sql, 60),
        step.risk.name().to_owned(),
        step.locks.iter().map(|lock| format!("{} {}", lock.mode, lock.relation)).collect::<Vec<_>>().join(", "),
        work.join("; "),
    ]
}

fn estimate(estimate: Estimate) -> String {
    let bytes = indicatif::HumanBytes(u64::try_from(estimate.bytes).unwrap_or(0));
    format!("{} rows, {bytes}, {}", estimate.rows, about(estimate.seconds))
}

/// As exact as an estimate is.
fn about(seconds: f64) -> String {
    match seconds {
        seconds if seconds < 1.0 => "under 1 s".to_owned(),
        seconds if seconds < 90.0 => format!("about {seconds:.0} s"),
        seconds if seconds < 5400.0 => format!("about {:.0} min", seconds / 60.0),
        seconds => format!("about {:.1} h", seconds / 3600.0),
    }
}

fn transactions(groups: &[TransactionGroup]) -> String {
    let alone = groups.iter().filter(|group| group.kind == GroupKind::Alone).count();
    let rolled_back = groups.iter().filter(|group| group.kind == GroupKind::RolledBack).count();
    let together = groups.len() - alone - rolled_back;
    let mut parts = Vec::new();
    match together {
        0 => {}
        1 => parts.push("one transaction".to_owned()),
        several => parts.push(format!("{several} transactions")),
    }
    if alone > 0 {
        parts.push(format!("{alone} outside of a transaction"));
    }
    if rolled_back > 0 {
        parts.push(format!("{rolled_back} rolled back by the file itself"));
    }
    if parts.is_empty() { "nothing to run".to_owned() } else { parts.join(" and ") }
}

fn is_undoable(file: &PlannedFile) -> bool {
    file.undo.is_some() || file.steps().all(|step| step.undo == Undo::Nothing)
}

/// Whether the file can be taken back, and where it cannot, what stands in the way.
fn undo(file: &PlannedFile) -> String {
    if is_undoable(file) {
        return "can be undone".to_owned();
    }
    let reason = file.steps().find_map(|step| match &step.undo {
        Undo::Impossible(reason) => Some((step.line, reason)),
        _ => None,
    });
    match reason {
        Some((line, reason)) => format!("no undo (line {line}: {reason})"),
        None => "no undo yet".to_owned(),
    }
}

fn summary(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let steps: Vec<&Step> = plan.files.iter().flat_map(PlannedFile::steps).collect();
    let of_risk = |risk: Risk| steps.iter().filter(|step| step.risk == risk).count();
    let risks: Vec<String> = Risk::ALL
        .into_iter()
        .map(|risk| (of_risk(risk), risk))
        .filter(|(number, _)| *number > 0)
        .map(|(number, risk)| {
            let style = risk_style(risk);
            format!("{number} {style}{}{style:#}", risk.name())
        })
        .collect();
    writeln!(
        out,
        "{}, {}: {}",
        count(plan.files.len(), "file"),
        count(steps.len(), "step"),
        if risks.is_empty() { "nothing to run".to_owned() } else { risks.join(", ") },
    )?;
    let seconds: f64 = steps.iter().filter_map(|step| step.estimate).map(|estimate| estimate.seconds).sum();
    if seconds >= 1.0 {
        writeln!(out, "{} by the sizes of the tables, at a guessed speed", about(seconds))?;
    }
    let infos =
        plan.files.iter().flat_map(|file| &file.findings).filter(|finding| finding.level == Level::Info).count();
    if infos > 0 {
        writeln!(out, "{}: `pgmason check --files-only` tells them", count(infos, "remark"))?;
    }
    let without = plan.files.iter().filter(|file| !is_undoable(file)).count();
    if without > 0 {
        writeln!(out, "{} no undo; `pgmason migration test` looks for one", has(without))?;
    }
    let allow: BTreeSet<&str> = steps
        .iter()
        .flat_map(|step| &step.hazards)
        .filter(|hazard| hazard.existing)
        .map(|hazard| hazard.allow.as_str())
        .collect();
    if !allow.is_empty() {
        let words: Vec<String> = allow.iter().map(|word| format!("--allow {word}")).collect();
        writeln!(out, "rows may be lost; where that is meant: {}", words.join(" "))?;
    }
    Ok(())
}

fn has(files: usize) -> String {
    format!("{} {}", count(files, "file"), if files == 1 { "has" } else { "have" })
}

fn risk_style(risk: Risk) -> Style {
    match risk {
        Risk::Metadata => Style::new().dimmed(),
        Risk::Concurrent => AnsiColor::Blue.on_default(),
        Risk::Scan => AnsiColor::Yellow.on_default(),
        Risk::Rewrite => AnsiColor::Yellow.on_default().bold(),
        Risk::Destructive => AnsiColor::Red.on_default().bold(),
    }
}
