//! What `migration archive` says, for people.

use std::io::{self, Write};

use pgmason_jobs::migration::archive::{ArchiveReport, Remaining};
use pgmason_model::Level;

use super::references;
use crate::render::table::borderless;
use crate::ui::{BOLD, DIM, GOOD, HINT, level_style};

/// Missing objects to name; the others are counted.
const NAMED: usize = 10;

pub(crate) fn render(report: &ArchiveReport, out: &mut dyn Write) -> io::Result<()> {
    let row = |file: &pgmason_jobs::migration::archive::ArchivedFile| {
        vec![format!("  {}", file.from), "→".to_owned(), file.to.clone()]
    };
    let title = if report.written { "Moved into the archive" } else { "Into the archive" };
    let rows = report.moves.iter().map(row).collect();
    writeln!(out, "{BOLD}{title}{BOLD:#}\n{}\n", borderless(&[], rows, &[]))?;
    references::render(&report.references, report.written, out)?;
    remaining(&report.remaining, out)?;
    for note in &report.notes {
        writeln!(out, "{DIM}note:{DIM:#} {note}")?;
    }
    let files = format!("{} files, {} remain", report.moves.len(), report.remaining.files);
    if report.refused {
        let style = level_style(Level::Error);
        writeln!(out, "\n{style}refused:{style:#} what remains does not build the schema; nothing was moved")?;
        return writeln!(
            out,
            "{HINT}next:{HINT:#} put a file first that builds what is missing, or move them all the same: `--allow-broken`"
        );
    }
    if report.written {
        return writeln!(out, "\n{GOOD}{files}{GOOD:#}");
    }
    writeln!(out, "\n{BOLD}dry run:{BOLD:#} {files}")?;
    writeln!(out, "{HINT}next:{HINT:#} move them: `pgmason migration archive --to {} --write`", report.to)
}

fn remaining(remaining: &Remaining, out: &mut dyn Write) -> io::Result<()> {
    let scratch = remaining.scratch.as_deref().unwrap_or("a scratch");
    if remaining.builds {
        return writeln!(
            out,
            "{GOOD}the {} files that remain build the same schema{GOOD:#} {DIM}on {scratch}{DIM:#}\n",
            remaining.files
        );
    }
    let style = level_style(Level::Error);
    writeln!(
        out,
        "{style}the {} files that remain do not build the schema{style:#} {DIM}on {scratch}{DIM:#}",
        remaining.files
    )?;
    if let Some(failure) = &remaining.failure {
        writeln!(out, "  {}:{}  {}", failure.file, failure.line, failure.message)?;
        if let Some(hint) = &failure.hint {
            writeln!(out, "  {HINT}hint:{HINT:#} {hint}")?;
        }
    }
    for object in remaining.missing.iter().take(NAMED) {
        writeln!(out, "  missing: {object}")?;
    }
    if remaining.missing.len() > NAMED {
        writeln!(out, "  and {} more", remaining.missing.len() - NAMED)?;
    }
    writeln!(out)
}
