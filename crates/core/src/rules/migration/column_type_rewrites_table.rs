//! Finds changes of type that write every row anew.

use pgmason_model::QualifiedName;
use pgmason_sql::AlterTableActionKind;
use pgmason_sql::types::Rewrite;

use super::report::{about_table, actions_on_old_table};
use crate::files::FilesContext;
use crate::findings::Findings;
use crate::migrations::history::Moment;
use crate::migrations::rewrites::{of_type_change, time_zone_is_utc};
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};

pub(super) static RULE: Rule = Rule {
    name: "column-type-rewrites-table",
    section: Section::Migration,
    default_level: RuleLevel::Warning,
    summary: "a change of type writes every row of a table in use anew",
    page: include_str!("column_type_rewrites_table.md"),
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
        let AlterTableActionKind::AlterColumnType { column, data_type, using } = &action.kind else { continue };
        let old = before.column.as_ref().and_then(|column| column.data_type.as_ref());
        let condition = match of_type_change(&ctx.folder.history, column, old, data_type, using.as_ref()) {
            Rewrite::Yes => "",
            Rewrite::UnlessTimeZoneIsUtc if !time_zone_is_utc(&ctx.folder.history, moment) => {
                ", unless the session's TimeZone is UTC"
            }
            _ => continue,
        };
        let from = old.map_or_else(String::new, |old| format!(" from {}", old.text));
        let message = format!(
            "changing {column}{from} to {} writes all rows of {} anew while nobody can read or write it{condition}",
            data_type.text, touched.name
        );
        let help = if condition.is_empty() {
            "add a column of the new type, fill it in batches, keep both in step with a trigger, and switch over in a later migration"
        } else {
            "SET LOCAL timezone = 'UTC' before it, where the values are meant as UTC"
        };
        found.push((action.span.start, &touched.name, (message, help.to_owned())));
    }
    found
}
