//! Finds statements that PostgreSQL refuses inside a transaction, in a place that is one.

use pgmason_sql::facts::cannot_run_in_transaction;

use crate::files::FilesContext;
use crate::findings::Findings;
use crate::migrations::history::Moment;
use crate::migrations::steps::is_concurrent_index;
use crate::migrations::{Layout, MigrationFile};
use crate::rulebook::RuleLevel;
use crate::rules::{Check, DefaultOption, Rule, RuleOption, Section};

pub(super) static RULE: Rule = Rule {
    name: "concurrently-in-transaction",
    section: Section::Migration,
    default_level: RuleLevel::Error,
    summary: "a statement that cannot run in a transaction is run in one",
    page: include_str!("concurrently_in_transaction.md"),
    options: &[RuleOption {
        name: "hoists-concurrent-indexes",
        default: DefaultOption::Boolean(true),
        summary: "numbered folders: the tool runs CREATE and DROP INDEX CONCURRENTLY outside the file's transaction (Supabase CLI since 2.109)",
    }],
    check: Check::Files(check),
};

fn check(ctx: &FilesContext<'_>, findings: &mut Findings<'_>) {
    let hoists = ctx.boolean_option("hoists-concurrent-indexes");
    for moment in ctx.pending_moments() {
        let Some(command) = cannot_run_in_transaction(&moment.step.statement) else { continue };
        let file = ctx.file_of(moment);
        let Some((place, help)) = transaction_around(ctx.folder.layout, file, moment, hoists) else { continue };
        findings.in_statement(
            ctx.place(moment, 0),
            format!("{command} cannot run in a transaction, and {place}"),
            help,
        );
    }
}

/// What makes the transaction, and what to do about it.
fn transaction_around(
    layout: Layout,
    file: &MigrationFile,
    moment: &Moment<'_>,
    hoists: bool,
) -> Option<(&'static str, &'static str)> {
    if moment.step.in_do_block {
        return Some(("a DO block is one", "write it as a statement of its own, outside the block"));
    }
    if moment.step.in_written_transaction {
        return Some(("it stands between BEGIN and COMMIT", "move it behind COMMIT, or into a file of its own"));
    }
    if !file.in_transaction {
        return None;
    }
    match layout {
        Layout::Numbered if hoists && is_concurrent_index(&moment.step.statement) => None,
        // The first statement that is sent is alone so far; the ones after it share its transaction.
        Layout::Numbered | Layout::Prisma if file.statements.len() == 1 => None,
        Layout::Numbered => Some(("the statements of a file run in one", "put it into a file of its own")),
        Layout::Prisma => {
            Some(("a file of several statements runs in one", "make it the only statement of its migration.sql"))
        }
        Layout::Sqlx => {
            Some(("sqlx runs the file in one", "put it into a file of its own that begins with -- no-transaction"))
        }
        Layout::Dbmate => {
            Some(("dbmate runs the file in one", "put it into a file of its own with -- migrate:up transaction:false"))
        }
        Layout::Diesel => Some((
            "diesel runs the file in one",
            "put it into a migration of its own with run_in_transaction = false in its metadata.toml",
        )),
        Layout::Refinery => {
            Some(("refinery runs the file in one", "run it in a migration that is set to run without a transaction"))
        }
    }
}
