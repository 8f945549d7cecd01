//! Finds slow work that runs while a table is locked against everyone.

use pgmason_sql::{AlterTableActionKind, DataChangeKind, LockLevel, ObjectKind, StatementKind};

use super::{
    column_type_rewrites_table, constraint_not_valid_first, not_null_scans_table, volatile_default_rewrites_table,
};
use crate::files::FilesContext;
use crate::findings::Findings;
use crate::migrations::history::{Moment, RelationKind, Touched};
use crate::rulebook::RuleLevel;
use crate::rules::{Check, Rule, Section};

pub(super) static RULE: Rule = Rule {
    name: "long-lock-then-more-work",
    section: Section::Migration,
    default_level: RuleLevel::Warning,
    summary: "slow work runs in a transaction that already locks a table in use",
    page: include_str!("long_lock_then_more_work.md"),
    options: &[],
    check: Check::Files(check),
};

fn check(ctx: &FilesContext<'_>, findings: &mut Findings<'_>) {
    // The table locked, with the line that did it, of the transaction at hand.
    let mut held: Option<(usize, &Touched, u32)> = None;
    let mut reported = None;
    for moment in ctx.pending_moments() {
        let transaction = moment.step.transaction;
        if held.is_some_and(|(of, ..)| of != transaction) {
            held = None;
        }
        if reported == Some(transaction) {
            continue;
        }
        if let Some((_, locked, line)) = held
            && let Some(work) = slow_work(ctx, moment)
        {
            reported = Some(transaction);
            findings.in_statement(
                ctx.place(moment, 0),
                format!("{work} while {} has been locked against all others since line {line}", locked.name),
                "commit first: put the slow work into a migration of its own, before or after this one",
            );
        } else if held.is_none()
            && let Some(locked) = moment.touched.iter().find(|touched| keeps_all_out(moment, touched))
        {
            held = Some((transaction, locked, ctx.place(moment, 0).line));
        }
    }
}

/// ACCESS EXCLUSIVE on a table that is still there afterwards.
fn keeps_all_out(moment: &Moment<'_>, touched: &Touched) -> bool {
    let drops_it =
        matches!(&moment.step.statement.kind, StatementKind::Drop(dropped) if dropped.object == ObjectKind::Table);
    touched.is_old_table()
        && touched.kind != RelationKind::MaterializedView
        && touched.level == LockLevel::AccessExclusive
        && !drops_it
}

/// Work that grows with the rows of a table that is in use, in words that begin a sentence.
fn slow_work(ctx: &FilesContext<'_>, moment: &Moment<'_>) -> Option<String> {
    let old = moment.touched.iter().find(|touched| touched.is_old_table());
    match &moment.step.statement.kind {
        StatementKind::Change(change) => {
            let verb = match change.kind {
                DataChangeKind::Insert if change.from_query => "INSERT … SELECT runs",
                DataChangeKind::Insert => return None,
                DataChangeKind::Update => "UPDATE runs",
                DataChangeKind::Delete => "DELETE runs",
                DataChangeKind::Merge => "MERGE runs",
            };
            let reads_more = change.kind == DataChangeKind::Insert && !moment.step.statement.reads.is_empty();
            (moment.old_table(&change.table).is_some() || reads_more).then(|| format!("{verb} on {}", change.table))
        }
        StatementKind::CreateIndex(index) if !index.only => {
            moment.old_table(&index.table).map(|table| format!("CREATE INDEX reads {}", table.name))
        }
        StatementKind::Reindex(_) => old.map(|table| format!("REINDEX rebuilds {}", table.name)),
        StatementKind::RefreshMaterializedView { name, with_no_data: false, .. } => {
            Some(format!("REFRESH MATERIALIZED VIEW fills {name}"))
        }
        StatementKind::Cluster { .. } => old.map(|table| format!("CLUSTER writes {} anew", table.name)),
        StatementKind::AlterTable(table) => {
            let validates = table
                .actions
                .iter()
                .any(|action| matches!(action.kind, AlterTableActionKind::ValidateConstraint { .. }));
            let scans = validates && old.is_some()
                || !constraint_not_valid_first::offences(ctx, moment).is_empty()
                || !not_null_scans_table::offences(moment).is_empty()
                || !column_type_rewrites_table::offences(ctx, moment).is_empty()
                || !volatile_default_rewrites_table::offences(ctx, moment).is_empty();
            scans.then(|| format!("ALTER TABLE goes through all rows of {}", table.name))
        }
        _ => None,
    }
}
