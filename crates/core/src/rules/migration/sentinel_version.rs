//! Finds versions after which nothing can be newer.

use crate::files::FilesContext;
use crate::findings::Findings;
use crate::migrations::versions::is_sentinel;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};

pub(super) static RULE: Rule = Rule {
    name: "sentinel-version",
    section: Section::Migration,
    default_level: RuleLevel::Warning,
    summary: "a version stands above every later one",
    page: include_str!("sentinel_version.md"),
    options: &[],
    check: Check::Files(check),
};

fn check(ctx: &FilesContext<'_>, findings: &mut Findings<'_>) {
    let exists = |version: &str| ctx.up_files().any(|file| file.version.as_deref() == Some(version));
    for file in ctx.up_files() {
        let Some(version) = file.version.as_deref() else { continue };
        if is_sentinel(version, exists) {
            findings.in_file(
                &file.path,
                format!("version {version} stands above every version to come: each new migration is older than it"),
                "give the file the time at which it was written; where it has run already, rename the row in the tool's history with it",
            );
        }
    }
}
