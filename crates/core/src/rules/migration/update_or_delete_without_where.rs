//! Finds UPDATE and DELETE that take every row.

use pgmason_sql::plpgsql::{Origin, scan_statement};
use pgmason_sql::{CreateFunction, DataChange, DataChangeKind, Name, StatementKind};

use crate::files::FilesContext;
use crate::findings::Findings;
use crate::migrations::history::{Moment, Standing};
use crate::rulebook::RuleLevel;
use crate::rules::{Check, DefaultOption, Rule, RuleOption, Section};

pub(super) static RULE: Rule = Rule {
    name: "update-or-delete-without-where",
    section: Section::Migration,
    default_level: RuleLevel::Warning,
    summary: "UPDATE or DELETE has no WHERE",
    page: include_str!("update_or_delete_without_where.md"),
    options: &[RuleOption {
        name: "function-bodies",
        default: DefaultOption::Boolean(true),
        summary: "look into the bodies of functions as well",
    }],
    check: Check::Files(check),
};

fn check(ctx: &FilesContext<'_>, findings: &mut Findings<'_>) {
    let bodies_too = ctx.boolean_option("function-bodies");
    for moment in ctx.moments() {
        match &moment.step.statement.kind {
            StatementKind::Change(change) => {
                let fresh = moment
                    .touched(&change.table)
                    .is_some_and(|touched| matches!(touched.standing, Standing::ThisFile | Standing::Temporary));
                if let Some((words, table)) = takes_all(change).filter(|_| !fresh) {
                    report(
                        ctx,
                        findings,
                        moment,
                        change.table_span.start,
                        format!("{words} of {table} has no WHERE: it takes every row"),
                    );
                }
            }
            StatementKind::CreateFunction(function) if bodies_too => check_body(ctx, findings, moment, function),
            _ => {}
        }
    }
}

fn check_body(ctx: &FilesContext<'_>, findings: &mut Findings<'_>, moment: &Moment<'_>, function: &CreateFunction) {
    let Some(body) = &function.body else { return };
    let Some(found) = scan_statement(&moment.step.statement) else { return };
    let mut own_tables: Vec<&Name> = Vec::new();
    for inner in &found.statements {
        match inner.statement.as_ref().map(|statement| &statement.kind) {
            Some(StatementKind::CreateTable(table)) => own_tables.push(&table.name),
            Some(StatementKind::Change(change)) if inner.origin != Origin::ExecuteFormat => {
                if let Some((words, table)) = takes_all(change).filter(|(_, table)| !own_tables.contains(table)) {
                    let message =
                        format!("{words} of {table} in function {} has no WHERE: it takes every row", function.name);
                    report(ctx, findings, moment, body.offset_in_statement(inner.span.start), message);
                }
            }
            _ => {}
        }
    }
}

fn takes_all(change: &DataChange) -> Option<(&'static str, &Name)> {
    let words = match change.kind {
        DataChangeKind::Update => "UPDATE",
        DataChangeKind::Delete => "DELETE",
        DataChangeKind::Insert | DataChangeKind::Merge => return None,
    };
    (!change.has_where()).then_some((words, &change.table))
}

fn report(ctx: &FilesContext<'_>, findings: &mut Findings<'_>, moment: &Moment<'_>, offset: usize, message: String) {
    findings.in_statement(
        ctx.place(moment, offset),
        message,
        "say which rows are meant; where all are, write WHERE true and why, and do large tables in batches",
    );
}
