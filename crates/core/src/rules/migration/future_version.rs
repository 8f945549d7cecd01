//! Finds versions that name a time to come.

use crate::files::FilesContext;
use crate::findings::Findings;
use crate::migrations::versions::{DAY, is_sentinel, seconds};
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};

pub(super) static RULE: Rule = Rule {
    name: "future-version",
    section: Section::Migration,
    default_level: RuleLevel::Warning,
    summary: "a version names a time that has not come yet",
    page: include_str!("future_version.md"),
    options: &[],
    check: Check::Files(check),
};

fn check(ctx: &FilesContext<'_>, findings: &mut Findings<'_>) {
    let Some(now) = ctx.folder.now else { return };
    for file in ctx.up_files() {
        let Some(version) = file.version.as_deref().filter(|version| !is_sentinel(version, |_| false)) else {
            continue;
        };
        // A day of grace: tools write local time or UTC.
        if seconds(version).is_some_and(|time| time > now + DAY) {
            findings.in_file(
                &file.path,
                format!("version {version} is in the future: until then every new migration is older than it"),
                "rename the file to the present time before it runs anywhere",
            );
        }
    }
}
