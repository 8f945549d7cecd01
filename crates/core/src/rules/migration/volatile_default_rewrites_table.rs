//! Finds new columns that need a value of their own in every old row.

use pgmason_model::QualifiedName;
use pgmason_sql::AlterTableActionKind;

use super::report::{about_table, actions_on_old_table};
use crate::files::FilesContext;
use crate::findings::Findings;
use crate::migrations::history::Moment;
use crate::migrations::rewrites::of_new_column;
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};

pub(super) static RULE: Rule = Rule {
    name: "volatile-default-rewrites-table",
    section: Section::Migration,
    default_level: RuleLevel::Warning,
    summary: "a new column writes every row of a table in use anew",
    page: include_str!("volatile_default_rewrites_table.md"),
    options: &[],
    check: Check::Files(check),
};

fn check(ctx: &FilesContext<'_>, findings: &mut Findings<'_>) {
    for moment in ctx.pending_moments() {
        for (offset, table, texts) in offences(ctx, moment) {
            about_table(ctx, findings, moment, offset, table, texts);
        }
    }
}

pub(super) fn offences<'m>(
    ctx: &FilesContext<'_>,
    moment: &'m Moment<'_>,
) -> Vec<(usize, &'m QualifiedName, (String, String))> {
    let mut found = Vec::new();
    for (touched, action, before) in actions_on_old_table(moment) {
        let (name, reason) = match &action.kind {
            AlterTableActionKind::AddColumn { column, if_not_exists } => {
                let there = before.column.as_ref().is_some_and(|column| column.data_type.is_some());
                if *if_not_exists && there {
                    continue;
                }
                (&column.name, of_new_column(&ctx.folder.history, column, before.constrained_domain))
            }
            AlterTableActionKind::SetExpression { column, .. } => {
                (column, Some("has a new stored expression".to_owned()))
            }
            _ => continue,
        };
        let Some(reason) = reason else { continue };
        let message = format!(
            "column {name} {reason}: all rows of {} are written anew while nobody can read or write it",
            touched.name
        );
        let help = "add the column without it, set the default in a second step for new rows, and fill the old rows in batches";
        found.push((action.span.start, &touched.name, (message, help.to_owned())));
    }
    found
}
