//! What `migration archive` says, for people.

use std::io::{self, Write};

use pgmason_jobs::migration::archive::{ArchiveReport, Remaining};
use pgmason_model::Level;

use super::count;
use super::references;
use crate::ui::{BOLD, DIM, GOOD, HINT, level_style};

/// Missing objects to name; the others are counted.
const NAMED: usize = 10;

pub(crate) fn render(report: &ArchiveReport, out: &mut dyn Write) -> io::Result<()> {
    let inside = |path: &str| {
        path.strip_prefix(&report.folder).and_then(|rest| rest.strip_prefix('/')).unwrap_or(path).to_owned()
    };
    let title = if report.written { "Moved" } else { "To move" };
    writeln!(out, "{BOLD}{title}{BOLD:#} {DIM}from {} to {}{DIM:#}", report.folder, report.archive)?;
    for file in &report.moves {
        writeln!(out, "  {}", inside(&file.from))?;
    }
    writeln!(out)?;
    references::render(&report.references, report.written, out)?;
    remaining(&report.remaining, out)?;
    for note in &report.notes {
        writeln!(out, "{DIM}note:{DIM:#} {note}")?;
    }
    if report.written {
        let moved = count(report.moves.len(), "file");
        return writeln!(out, "\n{GOOD}{moved} moved, {} remain{GOOD:#}", report.remaining.files);
    }
    if report.refused {
        let style = level_style(Level::Error);
        writeln!(out, "\n{style}refused:{style:#} what remains does not build the schema; nothing was moved")?;
        return writeln!(
            out,
            "{HINT}next:{HINT:#} let the first file that remains build what is missing, or move them all the same: \
             `--write --allow-broken`"
        );
    }
    let allowed = if report.remaining.builds { "" } else { " --allow-broken" };
    writeln!(
        out,
        "\n{BOLD}dry run:{BOLD:#} {} to move, {} remain",
        count(report.moves.len(), "file"),
        report.remaining.files
    )?;
    writeln!(out, "{HINT}next:{HINT:#} move them: `pgmason migration archive --to {} --write{allowed}`", report.to)
}

fn remaining(remaining: &Remaining, out: &mut dyn Write) -> io::Result<()> {
    let scratch = remaining.scratch.as_deref().unwrap_or("a scratch");
    let files = count(remaining.files, "file");
    if remaining.builds {
        return writeln!(
            out,
            "{GOOD}what remains ({files}) builds the same schema{GOOD:#} {DIM}on {scratch}{DIM:#}
"
        );
    }
    let style = level_style(Level::Error);
    writeln!(out, "{style}what remains ({files}) does not build the schema{style:#} {DIM}on {scratch}{DIM:#}")?;
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
