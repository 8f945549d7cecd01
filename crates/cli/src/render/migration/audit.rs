//! What `migration audit` says, for people: the folder in figures, then the findings.

use std::io::{self, Write};
use std::path::Path;

use pgmason_jobs::migration::audit::{AuditReport, FolderSummary};

use crate::render::human;
use crate::render::table::borderless;
use crate::ui::{BOLD, DIM};

/// `folder`: where the files of the findings are.
pub(crate) fn render(report: &AuditReport, folder: &Path, out: &mut dyn Write) -> io::Result<()> {
    let summary = &report.folder;
    writeln!(out, "{BOLD}{}{BOLD:#} {DIM}{} layout{DIM:#}", summary.path, summary.layout)?;
    writeln!(out, "{}\n", borderless(&[], rows(summary), &[]))?;
    human::render(&report.check, folder, out)
}

fn rows(summary: &FolderSummary) -> Vec<Vec<String>> {
    let row = |what: &str, value: String| vec![format!("  {what}"), value];
    let mut files = format!("{}: {} up, {} down", summary.files, summary.up, summary.down);
    if summary.not_migrations > 0 {
        files.push_str(&format!(", {} that are no migrations by their name", summary.not_migrations));
    }
    let mut rows = vec![row("files", files)];
    if let (Some(first), Some(last)) = (&summary.first_version, &summary.last_version) {
        rows.push(row("versions", format!("{first} to {last}")));
    }
    let formats = summary.formats.iter().map(|format| format!("{} ({})", format.format, format.files));
    rows.push(row("written as", formats.collect::<Vec<_>>().join(", ")));
    rows.push(row(
        "duplicates",
        match summary.duplicate_versions {
            0 => "none".to_owned(),
            1 => "1 version belongs to several files".to_owned(),
            count => format!("{count} versions belong to several files"),
        },
    ));
    rows
}
