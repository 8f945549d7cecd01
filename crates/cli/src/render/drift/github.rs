//! Drift as GitHub workflow commands: each becomes an annotation, at its line of the Prisma schema or the SQL where it has one.

use std::io::{self, Write};

use pgmason_jobs::drift::DriftReport;

use super::{change, not_expressible, notes, pairs, place, sides, subject};
use crate::render::github::{Place, write_command};

pub(crate) fn render(report: &DriftReport, out: &mut dyn Write) -> io::Result<()> {
    for source in &report.sources {
        if let Some(problem) = &source.problem {
            let text = format!("{} could not be read: {problem}", source.kind.name());
            write_command(out, "error", Place::default(), "not compared", &text)?;
        }
    }
    for difference in report.objects.iter().flat_map(|object| &object.differences) {
        let at = place(difference);
        let at = Place { file: at.map(|(file, _)| file), line: at.map(|(_, line)| line), column: None };
        let change = change(difference).map(|change| format!("\n{change}")).unwrap_or_default();
        write_command(out, "error", at, &subject(difference), &format!("{}{change}", sides(difference)))?;
    }
    for note in report.pairs.iter().filter_map(not_expressible).chain(notes(report)) {
        write_command(out, "notice", Place::default(), "note", &note)?;
    }
    // A line that is no command shows in the log alone.
    for pair in pairs(report) {
        writeln!(out, "pgmason: {pair}")?;
    }
    Ok(())
}
