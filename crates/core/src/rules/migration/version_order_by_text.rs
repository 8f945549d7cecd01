//! Finds files that run out of the order of their numbers, because names are sorted as text.

use std::collections::BTreeMap;

use crate::files::FilesContext;
use crate::findings::Findings;
use crate::migrations::Layout;
use crate::migrations::versions::{VersionFormat, compares_numbers};
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};

pub(super) static RULE: Rule = Rule {
    name: "version-order-by-text",
    section: Section::Migration,
    default_level: RuleLevel::Warning,
    summary: "a higher number runs before a lower one, because names are sorted as text",
    page: include_str!("version_order_by_text.md"),
    options: &[],
    check: Check::Files(check),
};

fn check(ctx: &FilesContext<'_>, findings: &mut Findings<'_>) {
    // diesel sorts versions without their dashes, which are of equal length.
    if compares_numbers(ctx.folder.layout) || ctx.folder.layout == Layout::Diesel {
        return;
    }
    // Between formats the order of numbers means nothing.
    let mut highest: BTreeMap<VersionFormat, (u128, &str)> = BTreeMap::new();
    for file in ctx.up_files() {
        let Some(version) = file.version.as_deref() else { continue };
        let (format, Ok(number)) = (VersionFormat::of(version), version.parse::<u128>()) else { continue };
        match highest.get(&format) {
            Some((before, name)) if *before > number => {
                findings.in_file(
                    &file.path,
                    format!("{} runs after {name}, because names are sorted as text", file.name_in_folder),
                    "write all numbers with the same count of digits (009, 010): `pgmason migration renumber`",
                );
            }
            _ => {
                highest.insert(format, (number, &file.name_in_folder));
            }
        }
    }
}
