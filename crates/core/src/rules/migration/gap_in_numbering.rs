//! Finds numbers that are missing between the first and the last.

use crate::files::FilesContext;
use crate::findings::Findings;
use crate::migrations::versions::{VersionFormat, is_sentinel, step};
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};

pub(super) static RULE: Rule = Rule {
    name: "gap-in-numbering",
    section: Section::Migration,
    default_level: RuleLevel::Warning,
    summary: "a number is missing between two numbered migrations",
    page: include_str!("gap_in_numbering.md"),
    options: &[],
    check: Check::Files(check),
};

fn check(ctx: &FilesContext<'_>, findings: &mut Findings<'_>) {
    let versions: Vec<&str> = ctx.up_files().filter_map(|file| file.version.as_deref()).collect();
    let mut numbered: Vec<(u64, &str, &str)> = ctx
        .up_files()
        .filter_map(|file| {
            let version = file.version.as_deref()?;
            let is_number = VersionFormat::of(version) == VersionFormat::Sequence
                && !is_sentinel(version, |previous| versions.contains(&previous));
            let number = version.parse().ok().filter(|_| is_number)?;
            Some((number, file.path.as_str(), version))
        })
        .collect();
    numbered.sort_unstable();
    let step = step(numbered.iter().map(|(number, ..)| *number));
    for pair in numbered.windows(2) {
        let [(before, _, version_before), (after, path, version)] = pair else { continue };
        let missing = (after - before) / step;
        if missing > 1 {
            let first = before + step;
            let last = after - step;
            let which =
                if first == last { format!("number {first} is") } else { format!("numbers {first} to {last} are") };
            findings.in_file(
                path,
                format!("{which} missing between {version_before} and {version}"),
                "find out whether a file was lost or never committed; where it never existed, number the later files down",
            );
        }
    }
}
