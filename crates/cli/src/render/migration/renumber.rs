//! What `migration renumber` says, for people.

use std::io::{self, Write};

use pgmason_jobs::migration::renumber::{Rename, RenameKind, RenumberReport};

use super::count;
use super::references;
use crate::render::table::borderless;
use crate::ui::{BOLD, DIM, GOOD, HINT};

pub(crate) fn render(report: &RenumberReport, out: &mut dyn Write) -> io::Result<()> {
    if report.unfinished {
        let words = if report.written { "finished" } else { "left unfinished" };
        writeln!(out, "{BOLD}Renames that an interrupted run {words}{BOLD:#}")?;
    } else if report.renames.is_empty() {
        writeln!(
            out,
            "{GOOD}nothing to renumber{GOOD:#} {DIM}({} in {}){DIM:#}",
            count(report.files, "file"),
            report.folder
        )?;
        return notes(&report.notes, out);
    }
    for (kind, title) in
        [(RenameKind::Up, "Migrations"), (RenameKind::Down, "Rollbacks"), (RenameKind::Archived, "Into the archive")]
    {
        let renames = report.renames.iter().filter(|rename| rename.kind == kind);
        section(title, &report.folder, renames, out)?;
    }
    references::render(&report.references, report.written, out)?;
    notes(&report.notes, out)?;
    summary(report, out)
}

fn section<'r>(
    title: &str,
    folder: &str,
    renames: impl Iterator<Item = &'r Rename>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let inside =
        |path: &str| path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')).unwrap_or(path).to_owned();
    let rows: Vec<Vec<String>> = renames
        .map(|rename| {
            vec![format!("  {}", inside(&rename.from)), "→".to_owned(), inside(&rename.to), rename.reason.clone()]
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "{BOLD}{title}{BOLD:#} {DIM}in {folder}{DIM:#}\n{}\n", borderless(&[], rows, &[]))
}

fn notes(notes: &[String], out: &mut dyn Write) -> io::Result<()> {
    for note in notes {
        writeln!(out, "{DIM}note:{DIM:#} {note}")?;
    }
    Ok(())
}

fn summary(report: &RenumberReport, out: &mut dyn Write) -> io::Result<()> {
    let count = |kind: RenameKind| report.renames.iter().filter(|rename| rename.kind == kind).count();
    let changed = report.references.iter().filter(|reference| reference.left_alone.is_none()).count();
    let left = report.references.len() - changed;
    let parts = [
        (count(RenameKind::Up), "migration", "renamed"),
        (count(RenameKind::Down), "rollback", "renamed"),
        (count(RenameKind::Archived), "file", "archived"),
        (changed, "reference", "updated"),
        (left, "reference", "left alone"),
    ];
    let say = |(count, what, done): &(usize, &str, &str)| {
        let plural = if *count == 1 { "" } else { "s" };
        format!("{count} {what}{plural} {done}")
    };
    let parts: Vec<String> = parts.iter().filter(|(count, ..)| *count > 0).map(say).collect();
    if report.unfinished {
        let next = if report.written { "see whether anything is left" } else { "finish it" };
        let option = if report.written { "" } else { " --write" };
        return writeln!(out, "\n{HINT}next:{HINT:#} {next}: `pgmason migration renumber{option}`");
    }
    if report.written {
        return writeln!(out, "\n{GOOD}{}{GOOD:#}", parts.join(", "));
    }
    writeln!(
        out,
        "\n{BOLD}dry run:{BOLD:#} {}\n{HINT}next:{HINT:#} rename them: `pgmason migration renumber --write`",
        parts.join(", ")
    )
}
