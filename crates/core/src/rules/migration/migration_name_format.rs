//! Finds SQL files that the tool passes over because of their name.

use crate::files::FilesContext;
use crate::findings::Findings;
use crate::migrations::{Direction, Layout, MigrationFile};
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};

pub(super) static RULE: Rule = Rule {
    name: "migration-name-format",
    section: Section::Migration,
    default_level: RuleLevel::Warning,
    summary: "a file in the migrations folder is not named as a migration",
    page: include_str!("migration_name_format.md"),
    options: &[],
    check: Check::Files(check),
};

fn check(ctx: &FilesContext<'_>, findings: &mut Findings<'_>) {
    for file in ctx.folder.files {
        let name = &file.name_in_folder;
        if file.direction == Direction::NotAMigration {
            findings.in_file(
                &file.path,
                format!("{name} has no version, so that it never runs"),
                format!("name it {}, or move it out of the migrations folder", pattern(ctx.folder.layout)),
            );
        } else if ctx.folder.layout == Layout::Numbered && file.direction == Direction::Up && !has_underscore(file) {
            findings.in_file(
                &file.path,
                format!("{name} has no underscore after its version: the Supabase CLI passes it over"),
                format!("name it {}", pattern(ctx.folder.layout)),
            );
        }
    }
}

fn has_underscore(file: &MigrationFile) -> bool {
    // A schema file is none of a folder of migrations, and has no version.
    let Some(version) = file.version.as_deref() else { return true };
    file.name_in_folder.strip_prefix(version).is_some_and(|rest| rest.starts_with('_'))
}

fn pattern(layout: Layout) -> &'static str {
    match layout {
        Layout::Numbered | Layout::Dbmate => "<timestamp>_what_it_does.sql",
        Layout::Prisma => "<timestamp>_what_it_does/migration.sql",
        Layout::Sqlx => "<timestamp>_what_it_does.up.sql",
        Layout::Diesel => "<timestamp>_what_it_does/up.sql",
        Layout::Refinery => "V<version>__what_it_does.sql",
    }
}
