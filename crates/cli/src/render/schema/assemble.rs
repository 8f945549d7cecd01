//! What `schema assemble` says, for people.

use std::io::{self, Write};

use pgmason_jobs::schema::assemble::{AssembleReport, MovedStatement};
use pgmason_model::Level;

use super::proof;
use crate::render::migration::count;
use crate::render::replay;
use crate::ui::{BOLD, DIM, GOOD, HINT, level_style};

pub(crate) fn render(report: &AssembleReport, out: &mut dyn Write) -> io::Result<()> {
    let statements: usize = report.files.iter().map(|file| file.statements).sum();
    let read = count(report.read.len(), "file");
    writeln!(out, "{BOLD}{read}{BOLD:#} of {} {DIM}on {}{DIM:#}\n", report.folder, report.scratch)?;
    moved(&report.moved, out)?;
    for note in &report.notes {
        writeln!(out, "{DIM}note:{DIM:#} {note}")?;
    }
    if !report.failures.is_empty() {
        for failure in &report.failures {
            replay::one(failure, out)?;
        }
        let style = level_style(Level::Error);
        let failed = count(report.failures.len(), "statement");
        writeln!(out, "\n{style}{failed} can run nowhere in the order; nothing was written{style:#}")?;
        return writeln!(out, "{HINT}next:{HINT:#} mend the first of them, and assemble again");
    }
    if let Some(found) = &report.proof {
        proof::render("the assembled files build what the modular files build", found, out)?;
        if !found.holds {
            return writeln!(
                out,
                "{HINT}next:{HINT:#} nothing was written; move what is named above to a file that runs earlier or later, \
                 and assemble again"
            );
        }
    }
    for file in &report.files {
        let state = file.state.map(|state| format!("  {state}")).unwrap_or_default();
        writeln!(out, "  {}  {DIM}{}{DIM:#}{state}", file.path, count(file.statements, "statement"))?;
    }
    if report.written {
        return writeln!(out, "\n{GOOD}{} written{GOOD:#}", count(statements, "statement"));
    }
    if report.files.iter().any(|file| file.state.is_some()) {
        return if report.is_clean() {
            writeln!(out, "\n{GOOD}up to date{GOOD:#}")
        } else {
            let style = level_style(Level::Error);
            writeln!(out, "\n{style}not up to date{style:#}")?;
            writeln!(out, "{HINT}next:{HINT:#} write them anew: the same command without `--check`")
        };
    }
    writeln!(out, "\n{HINT}next:{HINT:#} write them: `pgmason schema assemble {} -o DIR`", report.folder)
}

pub(crate) fn moved(list: &[MovedStatement], out: &mut dyn Write) -> io::Result<()> {
    for moved in list {
        writeln!(out, "{BOLD}moved{BOLD:#}  {}:{}  {DIM}{}{DIM:#}", moved.file, moved.line, moved.statement)?;
        let after = moved.after.as_ref().map(|after| format!("to behind {after}: ")).unwrap_or_default();
        writeln!(out, "    {after}{}", moved.waited_for)?;
    }
    if list.is_empty() { Ok(()) } else { writeln!(out) }
}
