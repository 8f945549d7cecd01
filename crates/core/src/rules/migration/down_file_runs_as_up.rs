//! Finds down files that the tool takes for migrations.

use crate::files::FilesContext;
use crate::findings::Findings;
use crate::migrations::Layout;
use crate::migrations::versions::down_file_runs;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};

pub(super) static RULE: Rule = Rule {
    name: "down-file-runs-as-up",
    section: Section::Migration,
    default_level: RuleLevel::Error,
    summary: "a down file stands where the tool runs it as a migration",
    page: include_str!("down_file_runs_as_up.md"),
    options: &[],
    check: Check::Files(check),
};

fn check(ctx: &FilesContext<'_>, findings: &mut Findings<'_>) {
    for file in ctx.folder.files.iter().filter(|file| down_file_runs(ctx.folder.layout, file)) {
        let tool = match ctx.folder.layout {
            Layout::Sqlx => "sqlx knows down files only by .down.sql",
            _ => "the Supabase CLI runs every <digits>_name.sql",
        };
        findings.in_file(
            &file.path,
            format!("{} undoes a migration, and would run as one: {tool}", file.name_in_folder),
            "move down files into a folder of their own, outside the migrations folder",
        );
    }
}
