//! Stage: rows in every table that the plan touches, and in those that they refer to.

use pgmason_model::Object;
use pgmason_model::catalog::TableKind;
use pgmason_scratch::ScratchDatabase;

use super::Attempt;
use crate::JobError;
use crate::diff::report::Stage;
use crate::migration::test::seed::{self, Style};
use crate::replay::ReplaySession;

/// Rows for more tables would take longer than they are worth.
const MOST_TABLES: usize = 300;

impl Attempt<'_> {
    pub(super) fn seed(&mut self, session: &mut ReplaySession<'_>, copy: &ScratchDatabase) -> Result<(), JobError> {
        let mut tables = self.touched.to_seed(self.from.catalog);
        // A foreign table's rows are another server's.
        tables.retain(|id| {
            matches!(self.from.catalog.get(id), Some(Object::Table(table)) if table.kind != TableKind::Foreign)
                && !self.from.catalog.is_platform(id)
        });
        if tables.is_empty() {
            self.recorder.not_done(Stage::RowsSeeded, "the plan touches no table that is there already");
            return Ok(());
        }
        let asked = tables.len();
        while tables.len() > MOST_TABLES {
            tables.pop_last();
        }
        let seeded = seed::seed(self.from.catalog, &mut session.session, copy.secret(), &tables, &Style::default());
        let seeded = match seeded {
            Ok(seeded) => seeded,
            Err(error) => {
                drop(session.session.run("ROLLBACK"));
                self.recorder.not_done(Stage::RowsSeeded, error.message);
                return Ok(());
            }
        };
        let mut what = format!("{} tables", seeded.tables.len());
        if asked > tables.len() {
            what.push_str(&format!(
                " ({} more were left empty: rows are made for {MOST_TABLES})",
                asked - tables.len()
            ));
        }
        for (table, note) in seeded.tables.iter().filter_map(|table| Some((&table.table, table.note.as_ref()?))) {
            what.push_str(&format!("; {table}: {note}"));
        }
        for table in &seeded.not_seeded {
            what.push_str(&format!("; {} takes no row: {}", table.table, table.reason));
        }
        for table in self.without_rows {
            // Gone with those that refer to it.
            match session.session.run(&format!("TRUNCATE {table} CASCADE")) {
                Ok(()) => what.push_str(&format!("; {table} is empty, since a statement may fail on its rows")),
                Err(error) => what.push_str(&format!("; {table} could not be emptied: {}", error.message)),
            }
        }
        self.recorder.passed(Stage::RowsSeeded, what);
        Ok(())
    }
}
