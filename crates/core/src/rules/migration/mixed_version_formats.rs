//! Finds files whose version is written otherwise than those of the rest of the folder.

use std::collections::BTreeMap;

use super::versions::{VersionFormat, is_sentinel};
use crate::files::FilesContext;
use crate::findings::Findings;
use crate::migrations::{Layout, MigrationFile};
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};

pub(super) static RULE: Rule = Rule {
    name: "mixed-version-formats",
    section: Section::Migration,
    default_level: RuleLevel::Warning,
    summary: "versions of one folder are written in different formats",
    page: include_str!("mixed_version_formats.md"),
    options: &[],
    check: Check::Files(check),
};

fn check(ctx: &FilesContext<'_>, findings: &mut Findings<'_>) {
    let versioned: Vec<(&MigrationFile, &str)> = ctx
        .up_files()
        .filter_map(|file| Some((file, file.version.as_deref()?)))
        .filter(|(_, version)| !is_sentinel(version, |_| false))
        .collect();
    let mut counts: BTreeMap<VersionFormat, usize> = BTreeMap::new();
    for (_, version) in &versioned {
        *counts.entry(VersionFormat::of(version)).or_default() += 1;
    }
    let Some(usual) = usual_format(&counts) else { return };
    for (file, version) in &versioned {
        let format = VersionFormat::of(version);
        if format != usual {
            findings.in_file(
                &file.path,
                format!("version {version} is {} in a folder that goes by {}", format.words(), usual.words_of_many()),
                "rename the file to the folder's format where no database has run it yet, so that its place in the order is plain",
            );
        }
    }
    if usual == VersionFormat::Sequence && !compares_numbers(ctx.folder.layout) {
        report_order_by_letters(&versioned, findings);
    }
}

/// The most frequent one. A folder in two minds between days and seconds goes by seconds: a day has only one version.
fn usual_format(counts: &BTreeMap<VersionFormat, usize>) -> Option<VersionFormat> {
    let (usual, count) = counts.iter().max_by_key(|(format, count)| (**count, **format))?;
    let seconds = counts.get(&VersionFormat::Second).copied().unwrap_or_default();
    Some(if *usual == VersionFormat::Date && seconds * 4 >= *count { VersionFormat::Second } else { *usual })
}

fn compares_numbers(layout: Layout) -> bool {
    matches!(layout, Layout::Sqlx | Layout::Refinery)
}

/// `10_` runs before `9_` where names are sorted as text.
fn report_order_by_letters(versioned: &[(&MigrationFile, &str)], findings: &mut Findings<'_>) {
    let mut highest: Option<(u64, &str)> = None;
    for (file, version) in versioned.iter().filter(|(_, version)| VersionFormat::of(version) == VersionFormat::Sequence)
    {
        let Ok(number) = version.parse::<u64>() else { continue };
        match highest {
            Some((before, name)) if before > number => {
                findings.in_file(
                    &file.path,
                    format!("{} runs after {name}, because names are sorted as text", file.name_in_folder),
                    "write all numbers with the same count of digits: 009, 010",
                );
            }
            _ => highest = Some((number, &file.name_in_folder)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_win_over_days_unless_they_are_few() {
        let usual = |date, second| {
            usual_format(&BTreeMap::from([(VersionFormat::Date, date), (VersionFormat::Second, second)]))
        };
        assert_eq!(usual(100, 85), Some(VersionFormat::Second));
        assert_eq!(usual(100, 3), Some(VersionFormat::Date));
        assert_eq!(usual_format(&BTreeMap::new()), None);
    }
}
