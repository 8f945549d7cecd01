//! Finds data that is thrown away without a copy.

use pgmason_model::QualifiedName;

use super::report::about_table;
use crate::expression::{TokenKind, tokens};
use crate::files::FilesContext;
use crate::findings::Findings;
use crate::migrations::history::Standing;
use crate::migrations::losses::{Loss, LossCause, losses};
use crate::rulebook::RuleLevel;
use crate::rules::{Check, DefaultOption, Rule, RuleOption, Section};

pub(super) static RULE: Rule = Rule {
    name: "drops-without-backup",
    section: Section::Migration,
    default_level: RuleLevel::Error,
    summary: "rows or columns from earlier files are thrown away without a copy",
    page: include_str!("drops_without_backup.md"),
    options: &[RuleOption {
        name: "archive-words",
        default: DefaultOption::List(&["archive", "archived", "backup", "backups", "bak"]),
        summary: "a table or schema with one of these words in its name is itself a copy, and may go",
    }],
    check: Check::Files(check),
};

fn check(ctx: &FilesContext<'_>, findings: &mut Findings<'_>) {
    let archives = ctx.list_option("archive-words");
    for (at, moment) in ctx.moments().enumerate() {
        for loss in losses(moment).into_iter().filter(is_certain) {
            if is_archive(&archives, loss.table) || is_copied(ctx, at, &loss) {
                continue;
            }
            let (message, help) = match loss.column {
                Some(column) => (
                    format!("{} column {column} of {}, and no file has copied it", words(&loss), loss.table),
                    format!(
                        "copy it first, such as CREATE TABLE backup.… AS SELECT the key and {column} FROM {}, or stop using it and drop it in a later release",
                        loss.table
                    ),
                ),
                None => (
                    format!("{} {}, and no file has copied its rows", words(&loss), loss.table),
                    format!(
                        "copy them first: CREATE TABLE backup.… AS TABLE {}, or rename the table instead of dropping it",
                        loss.table
                    ),
                ),
            };
            about_table(ctx, findings, moment, loss.offset, loss.table, (message, help));
        }
    }
}

/// With IF EXISTS what no file makes is most likely not there at all; of what CASCADE takes, only files can tell.
fn is_certain(loss: &Loss<'_>) -> bool {
    match loss.standing {
        Standing::EarlierFile => true,
        Standing::Unknown => !loss.if_exists && loss.cause != LossCause::Cascade,
        _ => false,
    }
}

fn words(loss: &Loss<'_>) -> &'static str {
    match loss.cause {
        LossCause::DropTable => "DROP TABLE loses all rows of",
        LossCause::Truncate => "TRUNCATE loses all rows of",
        LossCause::DeleteAll => "DELETE without WHERE loses all rows of",
        LossCause::DropColumn => "DROP COLUMN loses",
        LossCause::Cascade if loss.column.is_some() => "CASCADE drops",
        LossCause::Cascade => "CASCADE drops table",
    }
}

/// A schema or table that is a backup by its name.
fn is_archive(archives: &[String], table: &QualifiedName) -> bool {
    let part_of = |name: &str| name.split('_').any(|part| archives.iter().any(|word| part.eq_ignore_ascii_case(word)));
    part_of(table.schema.as_str()) || part_of(table.name.as_str())
}

/// An earlier statement reads the table into another, or (for a column) updates the table with what is in it.
fn is_copied(ctx: &FilesContext<'_>, at: usize, loss: &Loss<'_>) -> bool {
    let Some(life) = loss.life.and_then(|life| ctx.folder.history.tables.get(life)) else { return false };
    let earlier = |moment: &&usize| **moment < at;
    let Some(column) = loss.column else { return life.copies.iter().any(|moment| *moment < at) };
    life.copies.iter().filter(earlier).any(|moment| names_column(ctx, *moment, column, true))
        || life.updates.iter().filter(earlier).any(|moment| names_column(ctx, *moment, column, false))
}

/// The statement reads the column; `SELECT *` and `TABLE name` read all of them.
fn names_column(ctx: &FilesContext<'_>, moment: usize, column: &str, star_counts: bool) -> bool {
    let Some(moment) = ctx.folder.history.moments.get(moment) else { return false };
    tokens(moment.step.text(ctx.file_of(moment))).iter().any(|token| match token.kind {
        TokenKind::Word | TokenKind::QuotedName => token.value == column || (star_counts && token.is_word("table")),
        TokenKind::Operator => star_counts && token.value == "*",
        _ => false,
    })
}
