//! Finds files whose version is written otherwise than those of the rest of the folder.

use std::collections::BTreeMap;

use crate::files::FilesContext;
use crate::findings::Findings;
use crate::migrations::MigrationFile;
use crate::migrations::versions::{VersionFormat, is_sentinel, usual_format};
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
}
