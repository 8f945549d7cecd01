//! What a database in use adds to a plan: its fingerprint, how large the tables are that steps read or write, and which
//! of the relations that could be lost are there at all.

use std::collections::{BTreeMap, BTreeSet};

use pgmason_core::migrations::{MigrationFile, risk};
use pgmason_model::catalog::TableStatistics;
use pgmason_model::plan::{Estimate, PlannedFile, Step};
use pgmason_model::{Catalog, QualifiedName};
use pgmason_pg::{ConnectOptions, ConnectionString, IntrospectOptions, Platform};
use pgmason_sql::{AlterTableActionKind, ConstraintKind, RelationChange, Statement, StatementKind};

use crate::JobError;
use crate::progress::{Event, Reporter};

/// Bytes of a table that PostgreSQL reads in a second, one process, from a disk that does other things too. Not
/// measured on the database at hand: right to a factor of three, enough to tell seconds from hours.
const READ_BYTES_PER_SECOND: f64 = 200e6;
/// The same for an index, whose keys are sorted and written.
const INDEX_BYTES_PER_SECOND: f64 = 60e6;
/// The same for a table that is written anew, with its indexes and the write-ahead log.
const WRITE_BYTES_PER_SECOND: f64 = 40e6;

/// A database, looked at once.
pub(super) struct Live {
    pub(super) catalog: Catalog,
    pub(super) time_zone_is_utc: bool,
    sizes: BTreeMap<String, TableStatistics>,
}

impl Live {
    pub(super) fn read(database: &ConnectionString, reporter: Reporter<'_>) -> Result<Self, JobError> {
        let options = ConnectOptions { read_only: true, ..super::database::connect_options() };
        let mut client = pgmason_pg::connect(database, &options)?;
        let zone = client.query_one("SHOW TimeZone", &[]).map_err(|error| JobError::from_server(&error))?;
        let zone: String = zone.get(0);
        reporter(Event::ReadingCatalog);
        let introspect = IntrospectOptions { statistics: true, platform: Platform::Detect, second_connection: None };
        let catalog = pgmason_pg::introspect(&mut client, &introspect)?;
        let tables = catalog.statistics.iter().flat_map(|statistics| &statistics.tables);
        let sizes = tables.filter_map(|(id, size)| Some((id.qualified_name()?.to_string(), size.clone()))).collect();
        let time_zone_is_utc = ["UTC", "Etc/UTC", "GMT", "Etc/GMT", "Universal", "Zulu"].contains(&zone.as_str());
        Ok(Self { catalog, time_zone_is_utc, sizes })
    }

    /// Adds estimates. `files`: those of the folder, to know what each statement does.
    pub(super) fn estimate(&self, planned: &mut [PlannedFile], files: &[&MigrationFile]) {
        for (file, of_file) in planned.iter_mut().zip(files) {
            for step in file.groups.iter_mut().flat_map(|group| &mut group.steps) {
                let place = usize::try_from(step.number).unwrap_or_default().wrapping_sub(1);
                let statement = of_file.statements.get(place).map(|statement| &statement.statement);
                step.estimate = self.of_step(step, statement);
            }
        }
    }

    fn of_step(&self, step: &Step, statement: Option<&Statement>) -> Option<Estimate> {
        let mut estimate = Estimate::default();
        let mut known = false;
        // A query over all rows, and a change of all rows.
        let writes = statement.is_some_and(|statement| matches!(statement.kind, StatementKind::Change(_)));
        let rate = match statement {
            Some(statement) if builds_index(statement) => INDEX_BYTES_PER_SECOND,
            _ if writes => WRITE_BYTES_PER_SECOND,
            _ => READ_BYTES_PER_SECOND,
        };
        for (relation, whole) in
            step.rewrites.iter().map(|name| (name, true)).chain(step.scans.iter().map(|name| (name, false)))
        {
            let Some(size) = self.sizes.get(relation) else { continue };
            known = true;
            let bytes = if whole { size.total_bytes } else { size.table_bytes };
            estimate.rows += rows(size);
            estimate.bytes += bytes;
            estimate.seconds += to_f64(bytes) / if whole { WRITE_BYTES_PER_SECOND } else { rate };
        }
        known.then_some(estimate)
    }

    /// DROP … IF EXISTS of what is not there loses nothing. Only where names mean the same before the plan and in it.
    pub(super) fn forget_what_is_not_there(&self, planned: &mut [PlannedFile], files: &[&MigrationFile]) {
        if files.iter().any(|file| may_rename(file)) {
            return;
        }
        let there: BTreeSet<String> = self
            .catalog
            .objects
            .keys()
            .filter_map(|id| id.qualified_name())
            .map(|name: QualifiedName| name.to_string())
            .collect();
        for file in planned {
            for step in file.groups.iter_mut().flat_map(|group| &mut group.steps) {
                for hazard in step.hazards.iter_mut().filter(|hazard| !hazard.relation.is_empty()) {
                    hazard.existing &= there.contains(&hazard.relation);
                }
            }
            risk::assess(file);
        }
    }
}

/// The planner's estimate, else what the statistics collector has counted.
fn rows(size: &TableStatistics) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "as many rows as that do not fit on earth")]
    size.row_estimate.map_or(size.live_rows, |rows| rows.round() as i64)
}

fn to_f64(bytes: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let bytes = bytes as f64;
    bytes
}

fn builds_index(statement: &Statement) -> bool {
    let is_key = |kind| matches!(kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique | ConstraintKind::Exclude);
    match &statement.kind {
        StatementKind::CreateIndex(_) | StatementKind::Reindex(_) => true,
        StatementKind::AlterTable(table) => table.actions.iter().any(|action| match &action.kind {
            AlterTableActionKind::AddConstraint(constraint) => is_key(constraint.kind),
            AlterTableActionKind::AddColumn { column, .. } => {
                column.constraints.iter().any(|constraint| is_key(constraint.kind))
            }
            _ => false,
        }),
        _ => false,
    }
}

/// A relation may get another's name.
fn may_rename(file: &MigrationFile) -> bool {
    file.statements.iter().any(|statement| match &statement.statement.kind {
        StatementKind::AlterTable(table) => table.actions.iter().any(|action| {
            matches!(action.kind, AlterTableActionKind::RenameTo { .. } | AlterTableActionKind::SetSchema { .. })
        }),
        StatementKind::AlterView(relation) => {
            matches!(relation.change, RelationChange::RenameTo(_) | RelationChange::SetSchema(_))
        }
        StatementKind::AlterOther { change, .. } => {
            matches!(change, RelationChange::RenameTo(_) | RelationChange::SetSchema(_))
        }
        StatementKind::Do(_) | StatementKind::Call { .. } | StatementKind::Select(_) => true,
        _ => !statement.statement.is_fully_read(),
    })
}
