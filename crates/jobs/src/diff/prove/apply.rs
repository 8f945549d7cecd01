//! Stage: the plan runs, transaction by transaction.

use std::collections::BTreeSet;

use pgmason_model::ObjectId;
use pgmason_model::difference::HazardKind;
use pgmason_model::plan::beginning;

use super::touched::table_of;
use super::{Attempt, Next};
use crate::JobError;
use crate::diff::report::Stage;
use crate::replay::{PlannedFailure, ReplaySession};

impl Attempt<'_> {
    /// None: it applied.
    pub(super) fn apply(&mut self, session: &mut ReplaySession<'_>) -> Result<Option<Next>, JobError> {
        let count = self.plan.statements.len();
        let what = match self.plan.statements.last().map_or(0, |last| last.transaction) {
            0 | 1 => format!("{count} statements"),
            transactions => format!("{count} statements in {transactions} transactions"),
        };
        let failed = match session.run_planned(&self.plan.statements, &mut self.notes)? {
            Ok(()) => {
                self.recorder.passed(Stage::PlanApplied, what);
                return Ok(None);
            }
            Err(failed) => failed,
        };
        if let Some(tables) = self.rows_in_the_way(&failed) {
            return Ok(Some(Next::WithoutRows(tables)));
        }
        let failure = &failed.failure;
        let place = match failed.place.and_then(|place| self.plan.statements.get(place)) {
            Some(statement) => format!("in `{}`", beginning(&statement.sql, 300)),
            None => "at the end of a transaction".to_owned(),
        };
        let state = failure.sqlstate.as_deref().unwrap_or("no SQLSTATE");
        let detail = failure.detail.as_ref().map(|detail| format!(" ({detail})")).unwrap_or_default();
        self.recorder.failed(Stage::PlanApplied, what, format!("{state}: {}{detail}, {place}", failure.message));
        Ok(Some(Next::Done))
    }

    /// Tables on whose rows the statement fails, as its hazard says that it may.
    fn rows_in_the_way(&self, failed: &PlannedFailure) -> Option<BTreeSet<ObjectId>> {
        let about_rows = failed.failure.sqlstate.as_deref().is_some_and(|state| matches!(&state[..2], "22" | "23"));
        let statement = self.plan.statements.get(failed.place?)?;
        if !about_rows || !statement.hazards.iter().any(|hazard| hazard.kind == HazardKind::MayFail) {
            return None;
        }
        let table = table_of(&statement.object, self.from.catalog).filter(|table| !self.without_rows.contains(table));
        let tables = match table {
            Some(table) => [table].into(),
            // A domain's values are in any of them.
            None => self.touched.to_seed(self.from.catalog),
        };
        (!tables.is_subset(self.without_rows)).then_some(tables)
    }
}
