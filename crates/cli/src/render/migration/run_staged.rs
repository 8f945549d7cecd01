//! What `migration run-staged` says, for people.

use std::io::{self, Write};

use pgmason_jobs::migration::checks::StageCheck;
use pgmason_jobs::migration::run_staged::StagedReport;
use pgmason_model::Level;

use super::{count, run};
use crate::render::table::borderless;
use crate::ui::{BOLD, DIM, GOOD, level_style};

pub(crate) fn render(report: &StagedReport, out: &mut dyn Write) -> io::Result<()> {
    run::refusals(&report.refusals, out)?;
    if report.stages.is_empty() && report.refusals.is_empty() {
        return writeln!(out, "{GOOD}nothing to do{GOOD:#}: every file is applied");
    }
    let rows = report
        .stages
        .iter()
        .map(|stage| {
            let first = stage.files.first().map_or("", |file| file.path.as_str());
            let more = match stage.files.len() {
                0 | 1 => String::new(),
                count => format!(" and {} more", count - 1),
            };
            let state = match report.ran.iter().find(|ran| ran.name == stage.name) {
                Some(ran) if ran.run.is_clean() => "ran",
                Some(_) => "failed",
                None => "",
            };
            let checks = stage.checks.join(", ");
            vec![stage.number.to_string(), stage.name.clone(), state.to_owned(), format!("{first}{more}"), checks]
        })
        .collect();
    writeln!(out, "{}", borderless(&["STAGE", "NAME", "", "FILES", "CHECKS AFTER IT"], rows, &[0]))?;
    for ran in &report.ran {
        writeln!(out, "\n{BOLD}{}{BOLD:#}", ran.name)?;
        run::render(&ran.run, "its files are applied", out)?;
        for check in &ran.checks {
            one_check(check, out)?;
        }
    }
    if report.ran.is_empty() {
        for check in &report.stopped_by {
            one_check(check, out)?;
        }
    }
    if !report.stopped_by.is_empty() {
        let checks = count(report.stopped_by.len(), "check");
        writeln!(out, "\nthe run does not go on: {checks} failed")?;
    }
    run::next(report.next.as_deref(), out)
}

fn one_check(check: &StageCheck, out: &mut dyn Write) -> io::Result<()> {
    let (style, word) = if check.passed { (GOOD, "holds ") } else { (level_style(Level::Error), "failed") };
    writeln!(out, "{style}{word}{style:#}  {} {DIM}{}{DIM:#}", check.name, check.said)
}
