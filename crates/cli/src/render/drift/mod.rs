//! Writes what drift says in each of its formats: one format, one file.

pub(crate) mod github;
pub(crate) mod human;
pub(crate) mod markdown;
pub(crate) mod sarif;
#[cfg(test)]
mod tests;

use pgmason_core::prisma::compare::DifferenceClass;
use pgmason_jobs::drift::{Difference, DriftPair, DriftReport, PairState, SourceKind};

use super::migration::count as counted;

/// `same`, `3 differences`, `2 differences, 1 name`, `not compared`.
fn state(pair: &DriftPair) -> String {
    match pair.state {
        PairState::Same => "same".to_owned(),
        PairState::NotCompared => "not compared".to_owned(),
        PairState::Different => {
            let parts = [(pair.differences, "difference"), (pair.name_only, "name")];
            let parts = parts.into_iter().filter(|(count, _)| *count > 0);
            parts.map(|(count, word)| counted(count, word)).collect::<Vec<_>>().join(", ")
        }
    }
}

/// What of the difference is where: `prisma has …, migrations has none`.
fn sides(difference: &Difference) -> String {
    let side = |kind: SourceKind, has: &Option<String>| match has {
        Some(text) => format!("{}: {text}", kind.name()),
        None => format!("{}: not there", kind.name()),
    };
    let both = [side(difference.first, &difference.first_has), side(difference.second, &difference.second_has)];
    match (difference.details.is_empty(), &difference.first_has, &difference.second_has) {
        (false, Some(_), Some(_)) => one_line(&format!(
            "{} → {}: {}",
            difference.first.name(),
            difference.second.name(),
            difference.details.join("; ")
        )),
        _ => one_line(&both.join("; ")),
    }
}

/// Names may hold anything: line breaks would break the report, escapes play tricks on the terminal.
fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// What to write into the Prisma schema. It may have several lines.
fn change(difference: &Difference) -> Option<String> {
    let edit = difference.edit.as_ref()?;
    Some(edit.change.chars().filter(|letter| *letter == '\n' || !letter.is_control()).collect())
}

/// `column public.users.email`, `name of index public.users_idx`.
fn subject(difference: &Difference) -> String {
    let name = match difference.class {
        DifferenceClass::Drift => "",
        DifferenceClass::NameOnly => "name of ",
    };
    one_line(&format!("{name}{} {}", difference.object.kind.label(), difference.object))
}

/// The file and line of the Prisma schema that speak of it, else those of the SQL that defined it.
fn place(difference: &Difference) -> Option<(&str, u32)> {
    let in_prisma = difference.edit.as_ref().and_then(|edit| edit.place.as_ref());
    let in_sql = difference.defined_at.as_ref().filter(|_| difference.edit.is_none());
    in_prisma.map(|place| (&*place.file, place.line)).or_else(|| in_sql.map(|place| (place.file.as_str(), place.line)))
}

/// `database and prisma: 3 differences`, for each pair.
fn pairs(report: &DriftReport) -> impl Iterator<Item = String> {
    report.pairs.iter().map(|pair| format!("{} and {}: {}", pair.first.name(), pair.second.name(), state(pair)))
}

/// What Prisma cannot see, counted.
fn not_expressible(pair: &DriftPair) -> Option<String> {
    if pair.not_expressible.is_empty() {
        return None;
    }
    let other = if pair.first == SourceKind::Prisma { pair.second } else { pair.first };
    let kinds: Vec<String> =
        pair.not_expressible.iter().map(|(kind, objects)| format!("{} ({})", kind, objects.len())).collect();
    Some(format!("Prisma cannot see, in {}: {}", other.name(), kinds.join(", ")))
}

/// Everything that was not as good as the real thing.
fn notes(report: &DriftReport) -> Vec<String> {
    let mut list = report.notes.clone();
    for source in &report.sources {
        list.extend(source.notes.iter().map(|note| format!("{}: {note}", source.kind.name())));
    }
    for pair in &report.pairs {
        let names = format!("{} and {}", pair.first.name(), pair.second.name());
        list.extend(pair.notes.iter().map(|note| format!("{names}: {note}")));
    }
    if report.ignored > 0 {
        list.push(format!("{} ignored", counted(report.ignored, "difference")));
    }
    list
}
