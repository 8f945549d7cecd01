//! Finds versions that two files claim.

use std::collections::BTreeMap;

use crate::files::FilesContext;
use crate::findings::Findings;
use crate::migrations::versions::{as_compared, down_file_runs};
use crate::migrations::{Direction, Layout, MigrationFile};
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};

pub(super) static RULE: Rule = Rule {
    name: "duplicate-version",
    section: Section::Migration,
    default_level: RuleLevel::Error,
    summary: "two migration files have the same version",
    page: include_str!("duplicate_version.md"),
    options: &[],
    check: Check::Files(check),
};

fn check(ctx: &FilesContext<'_>, findings: &mut Findings<'_>) {
    // Prisma knows a migration by the whole name of its folder.
    if ctx.folder.layout == Layout::Prisma {
        return;
    }
    let mut by_version: BTreeMap<String, Vec<&MigrationFile>> = BTreeMap::new();
    for file in ctx.folder.files {
        let runs = file.direction == Direction::Up || down_file_runs(ctx.folder.layout, file);
        if let (true, Some(version)) = (runs, &file.version) {
            by_version.entry(as_compared(ctx.folder.layout, version)).or_default().push(file);
        }
    }
    for files in by_version.values() {
        let [_, second, ..] = files.as_slice() else { continue };
        let names: Vec<_> = files.iter().map(|file| file.name_in_folder.as_str()).collect();
        let version = second.version.as_deref().unwrap_or_default();
        findings.in_file(
            &second.path,
            format!("version {version} belongs to {} files: {}", files.len(), names.join(", ")),
            "give each file a version of its own, in the order in which they shall run, and put down files in another folder",
        );
    }
}
