//! Finds changes that break running code and say nothing about it.

use std::ops::Range;

use pgmason_model::QualifiedName;
use pgmason_sql::types::Rewrite;
use pgmason_sql::{AlterTableActionKind, ObjectKind, StatementKind};

use super::report::about_table;
use crate::expression::tokens;
use crate::files::FilesContext;
use crate::findings::Findings;
use crate::migrations::MigrationFile;
use crate::migrations::history::{Moment, RelationKind, Standing, Touched};
use crate::migrations::rewrites::of_type_change;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};

pub(super) static RULE: Rule = Rule {
    name: "breaking-change-without-comment",
    section: Section::Migration,
    default_level: RuleLevel::Warning,
    summary: "a change that breaks running code has no comment",
    page: include_str!("breaking_change_without_comment.md"),
    options: &[],
    check: Check::Files(check),
};

fn check(ctx: &FilesContext<'_>, findings: &mut Findings<'_>) {
    for moment in ctx.moments() {
        let changes = breaking_changes(ctx, moment);
        if changes.is_empty() || is_explained(ctx, moment) {
            continue;
        }
        for (offset, table, what) in changes {
            let message =
                format!("{what} breaks code that still uses it, and no comment says why or when that code is gone");
            let help =
                "write a comment before the statement: why, who was told, and from which release on nothing uses it"
                    .to_owned();
            about_table(ctx, findings, moment, offset, table, (message, help));
        }
    }
}

fn breaking_changes<'m>(ctx: &FilesContext<'_>, moment: &'m Moment<'_>) -> Vec<(usize, &'m QualifiedName, String)> {
    let mut found = Vec::new();
    match &moment.step.statement.kind {
        StatementKind::Drop(dropped) if dropped.object == ObjectKind::Table => {
            for named in &dropped.names {
                if let Some(touched) = moment.touched(&named.name).filter(|touched| is_used(touched, dropped.if_exists))
                {
                    found.push((named.span.start, &touched.name, format!("dropping {}", touched.name)));
                }
            }
        }
        StatementKind::AlterTable(table) => {
            let Some(touched) = moment.touched(&table.name).filter(|touched| is_used(touched, table.if_exists)) else {
                return found;
            };
            for (action, before) in table.actions.iter().zip(&moment.actions) {
                let column_is_old = |if_exists: bool| {
                    before.column.as_ref().is_some_and(|column| match column.standing {
                        Standing::EarlierFile => true,
                        Standing::Unknown => !if_exists,
                        _ => false,
                    })
                };
                let what = match &action.kind {
                    AlterTableActionKind::DropColumn { name, if_exists, .. } if column_is_old(*if_exists) => {
                        format!("dropping column {name} of {}", touched.name)
                    }
                    AlterTableActionKind::RenameColumn { from, .. } if column_is_old(false) => {
                        format!("renaming column {from} of {}", touched.name)
                    }
                    AlterTableActionKind::RenameTo { .. } | AlterTableActionKind::SetSchema { .. } => {
                        format!("renaming {}", touched.name)
                    }
                    AlterTableActionKind::AlterColumnType { column, data_type, using } if column_is_old(false) => {
                        let old = before.column.as_ref().and_then(|column| column.data_type.as_ref());
                        if of_type_change(&ctx.folder.history, column, old, data_type, using.as_ref()) != Rewrite::Yes {
                            continue;
                        }
                        format!("changing the type of {column} of {}", touched.name)
                    }
                    _ => continue,
                };
                found.push((action.span.start, &touched.name, what));
            }
        }
        _ => {}
    }
    found
}

fn is_used(touched: &Touched, if_exists: bool) -> bool {
    let is_table = matches!(touched.kind, RelationKind::Table | RelationKind::Unknown);
    is_table
        && match touched.standing {
            Standing::EarlierFile => true,
            Standing::Unknown => !if_exists,
            _ => false,
        }
}

/// A comment at the head of the file, before the statement, or in it.
fn is_explained(ctx: &FilesContext<'_>, moment: &Moment<'_>) -> bool {
    let file = ctx.file_of(moment);
    let comment = |span: &Range<usize>| explains(file.text.get(span.clone()).unwrap_or_default());
    let head = file.statements.first().is_some_and(|first| first.comments.iter().any(comment));
    head || moment.step.outer.comments.iter().any(comment) || has_comment_inside(file, moment)
}

/// The lexer leaves comments out: they are what stands between two tokens.
fn has_comment_inside(file: &MigrationFile, moment: &Moment<'_>) -> bool {
    let start = match &moment.step.outer.statement.kind {
        StatementKind::Do(block) => moment.step.outer.span.start + block.body.span.start,
        _ => moment.step.outer.span.start,
    };
    let text = file.text.get(start..moment.step.span.end).unwrap_or_default();
    let mut end = 0;
    tokens(text).iter().any(|token| {
        let between = text.get(end..token.span.start).unwrap_or_default();
        end = token.span.end;
        explains(between)
    })
}

/// At least three words that a person wrote: not a tool's directive, and not what Prisma puts before every statement.
fn explains(comment: &str) -> bool {
    comment.lines().any(|line| {
        let text = line.trim_matches(|character: char| character.is_whitespace() || "-/*=#".contains(character));
        let directive = ["pgmason:", "squawk-ignore", "pgls-ignore", "eugene:", "migrate:", "no-transaction"];
        let words = text.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic));
        !directive.iter().any(|start| text.starts_with(start)) && words.count() >= 3
    })
}
