//! Finds data that is thrown away without a copy.

use pgmason_model::QualifiedName;
use pgmason_sql::{AlterTableActionKind, DataChangeKind, ObjectKind, StatementKind};

use super::report::about_table;
use crate::expression::{TokenKind, tokens};
use crate::files::FilesContext;
use crate::findings::Findings;
use crate::migrations::history::{Moment, RelationKind, Standing, Touched};
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
        for loss in losses(moment) {
            if is_archive(&archives, loss.table) || is_copied(ctx, at, &loss) {
                continue;
            }
            let (message, help) = match loss.column {
                Some(column) => (
                    format!("{} column {column} of {}, and no file has copied it", loss.words, loss.table),
                    format!(
                        "copy it first, such as CREATE TABLE backup.… AS SELECT the key and {column} FROM {}, or stop using it and drop it in a later release",
                        loss.table
                    ),
                ),
                None => (
                    format!("{} {}, and no file has copied its rows", loss.words, loss.table),
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

/// A table, or one column of it, that loses what earlier files' applications put in.
struct Loss<'m> {
    table: &'m QualifiedName,
    life: Option<usize>,
    column: Option<&'m str>,
    offset: usize,
    words: &'static str,
}

fn losses<'m>(moment: &'m Moment<'_>) -> Vec<Loss<'m>> {
    let mut found = Vec::new();
    let whole = |touched: &'m Touched, offset, words| Loss {
        table: &touched.name,
        life: touched.table,
        column: None,
        offset,
        words,
    };
    match &moment.step.statement.kind {
        StatementKind::Drop(dropped) if matches!(dropped.object, ObjectKind::Table | ObjectKind::ForeignTable) => {
            for named in dropped.names.iter().filter(|_| dropped.object == ObjectKind::Table) {
                if let Some(touched) =
                    moment.touched(&named.name).filter(|touched| holds_rows(touched, dropped.if_exists))
                {
                    found.push(whole(touched, named.span.start, "DROP TABLE loses all rows of"));
                }
            }
        }
        StatementKind::Truncate { tables, .. } => {
            for named in tables {
                if let Some(touched) = moment.touched(&named.name).filter(|touched| holds_rows(touched, false)) {
                    found.push(whole(touched, named.span.start, "TRUNCATE loses all rows of"));
                }
            }
        }
        StatementKind::Change(change) if change.kind == DataChangeKind::Delete && !change.has_where() => {
            if let Some(touched) = moment.touched(&change.table).filter(|touched| holds_rows(touched, false)) {
                found.push(whole(touched, change.table_span.start, "DELETE without WHERE loses all rows of"));
            }
        }
        StatementKind::AlterTable(table) => {
            let Some(touched) = moment.touched(&table.name).filter(|touched| holds_rows(touched, table.if_exists))
            else {
                return found;
            };
            for (action, before) in table.actions.iter().zip(&moment.actions) {
                let AlterTableActionKind::DropColumn { name, if_exists, .. } = &action.kind else { continue };
                let lost = before.column.as_ref().is_some_and(|column| match column.standing {
                    Standing::EarlierFile => true,
                    Standing::Unknown => !if_exists,
                    _ => false,
                });
                if lost {
                    found.push(Loss { column: Some(name), ..whole(touched, action.span.start, "DROP COLUMN loses") });
                }
            }
        }
        StatementKind::Drop(_) => {
            for lost in moment.cascaded.iter().filter(|lost| lost.standing == Standing::EarlierFile) {
                found.push(Loss {
                    table: &lost.table,
                    life: Some(lost.life),
                    column: lost.column.as_deref(),
                    offset: 0,
                    words: if lost.column.is_some() { "CASCADE drops" } else { "CASCADE drops table" },
                });
            }
        }
        _ => {}
    }
    found
}

/// A table from before the file. With IF EXISTS one that no file makes is most likely not there at all.
fn holds_rows(touched: &Touched, if_exists: bool) -> bool {
    let is_table = matches!(touched.kind, RelationKind::Table | RelationKind::Unknown);
    is_table
        && match touched.standing {
            Standing::EarlierFile => true,
            Standing::Unknown => !if_exists,
            _ => false,
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
