//! What `align` says, for people.

use std::io::{self, Write};

use pgmason_jobs::align::AlignReport;
use pgmason_jobs::drift::DriftReport;
use pgmason_jobs::migration::from_difference::FromDifferenceReport;

use super::migration::{count, create};
use crate::ui::{BOLD, DIM, GOOD, HINT};

pub(crate) fn render(report: &AlignReport, out: &mut dyn Write) -> io::Result<()> {
    let (changes, with) = (report.changes.name(), report.with.name());
    match (&report.derived, &report.drift) {
        (Some(derived), _) => migration(report, derived, out)?,
        (None, Some(drift)) if drift.differs() => edits(drift, out)?,
        _ => writeln!(out, "{GOOD}nothing to align{GOOD:#}: {changes} and {with} agree")?,
    }
    if report.ignored > 0 {
        writeln!(out, "{DIM}note:{DIM:#} {} ignored", count(report.ignored, "difference"))?;
    }
    Ok(())
}

fn migration(report: &AlignReport, derived: &FromDifferenceReport, out: &mut dyn Write) -> io::Result<()> {
    let plan = &derived.difference.plan;
    let nothing = plan.statements.is_empty() && plan.refusals.is_empty() && plan.left.is_empty();
    if nothing && report.left.is_empty() {
        let (changes, with) = (report.changes.name(), report.with.name());
        return writeln!(out, "{GOOD}nothing to align{GOOD:#}: {changes} and {with} agree");
    }
    if !nothing {
        create::render_difference(derived, out)?;
    }
    if !report.left.is_empty() {
        writeln!(out, "\n{BOLD}Left as it is{BOLD:#}")?;
        for left in &report.left {
            writeln!(out, "  {} {}: {}", left.object.kind.label(), left.object, left.reason)?;
        }
    }
    match (&derived.migration, derived.written) {
        (Some(_), true) => writeln!(out, "\n{HINT}next:{HINT:#} read it, then `pgmason migration test`"),
        (Some(created), false) => {
            writeln!(out, "\nnothing is written yet: `--write` makes {BOLD}{}{BOLD:#}", created.file)
        }
        (None, _) if !plan.statements.is_empty() => {
            writeln!(out, "\n{DIM}note:{DIM:#} the files are no migrations folder: put this into them by hand")
        }
        (None, _) => Ok(()),
    }
}

/// What to write into schema.prisma.
fn edits(report: &DriftReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "to be changed in the Prisma schema:")?;
    for difference in report.objects.iter().flat_map(|object| &object.differences) {
        let Some(edit) = &difference.edit else { continue };
        let change: String = edit.change.chars().filter(|letter| *letter == '\n' || !letter.is_control()).collect();
        let change = change.replace('\n', "\n  ");
        match &edit.place {
            Some(place) => writeln!(out, "\n{BOLD}{}:{}{BOLD:#}\n  {change}", place.file, place.line)?,
            None => writeln!(out, "\n{BOLD}{}{BOLD:#}\n  {change}", difference.object)?,
        }
    }
    writeln!(out, "\n{HINT}next:{HINT:#} write it by hand, then `pgmason drift`")
}
