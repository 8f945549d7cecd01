//! What a rewriting does: the difference is the data, all else is told beside it.

use std::io::{self, Write};

use pgmason_jobs::references::RewriteReport;

use crate::ui;

pub(crate) fn render(report: &RewriteReport, out: &mut dyn Write) -> io::Result<()> {
    if report.written {
        for file in &report.files {
            writeln!(out, "{}  {}", file.file, places(file.replacements))?;
        }
        return Ok(());
    }
    if report.refused.is_some() {
        return Ok(());
    }
    for file in &report.files {
        write!(out, "{}", file.difference)?;
    }
    Ok(())
}

/// On standard error, so that the difference can be given to `git apply`.
pub(crate) fn tell(report: &RewriteReport) {
    for reference in &report.by_hand {
        let why = reference.by_hand.as_deref().unwrap_or("nothing takes its place");
        ui::note(&format!("by hand: {}:{} {} ({why})", reference.file, reference.line, reference.written));
    }
    for left in &report.left_alone {
        let hint = left.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
        ui::note(&format!("left alone: {} ({}): {}{hint}", left.file, places(left.references), left.reason));
    }
    if report.words > 0 {
        ui::note(&format!("{} with the word alone: never rewritten", places(report.words)));
    }
    let replacements = places(report.files.iter().map(|file| file.replacements).sum());
    let files = match report.files.len() {
        1 => "1 file".to_owned(),
        count => format!("{count} files"),
    };
    match &report.refused {
        Some(refused) => ui::error(&refused.reason, &[], Some(&refused.hint)),
        None if report.files.is_empty() => ui::note("there is nothing to rewrite"),
        None if report.written => ui::note(&format!("rewritten: {replacements} in {files}; read them with `git diff`")),
        None => ui::note(&format!("to rewrite: {replacements} in {files}; `--write` writes them")),
    }
}

fn places(count: usize) -> String {
    if count == 1 { "1 place".to_owned() } else { format!("{count} places") }
}
