//! What a statement asks of relations that were there before its file, as far as its text says: locks, rewrites, scans.
//!
//! What the files do not say is taken for the worse: a type that nobody knows is written anew. Locks that stop nobody
//! but ACCESS EXCLUSIVE (ACCESS SHARE, ROW SHARE) are left out.

use std::collections::{BTreeMap, BTreeSet};

use pgmason_model::QualifiedName;
use pgmason_model::plan::{PlannedLock, Risk};
use pgmason_sql::types::Rewrite;
use pgmason_sql::{
    AlterTable, AlterTableActionKind as Action, ColumnDefinition, Constraint, ConstraintKind, DataChangeKind,
    LockLevel, ObjectKind, StatementKind,
};

use super::History;
use super::history::{ActionBefore, Moment, RelationKind, Touched};
use super::rewrites::{of_new_column, of_type_change, time_zone_is_utc};

/// What one statement of a file asks for, those inside a DO block together.
#[derive(Clone, Debug, Default)]
pub struct Costs {
    locks: BTreeMap<String, LockLevel>,
    pub rewrites: BTreeSet<String>,
    pub scans: BTreeSet<String>,
    /// What the kind of the statement alone asks for.
    pub least: Risk,
}

impl Costs {
    pub fn of(history: &History<'_>, moments: &[(usize, &Moment<'_>)]) -> Self {
        let mut costs = Self::default();
        for (_, moment) in moments {
            costs.add_locks(moment);
            costs.add_work(history, moment);
        }
        costs
    }

    pub fn locks(&self) -> Vec<PlannedLock> {
        let lock = |(relation, level): (&String, &LockLevel)| PlannedLock {
            relation: relation.clone(),
            mode: level.name().to_owned(),
        };
        self.locks.iter().map(lock).collect()
    }

    fn add_locks(&mut self, moment: &Moment<'_>) {
        for touched in moment.touched.iter().filter(|touched| touched.standing.is_old()) {
            // A sequence is locked as a table is by whoever takes a number from it.
            if touched.kind == RelationKind::Sequence && touched.level <= LockLevel::RowExclusive {
                continue;
            }
            // Whoever plans a query on a table opens its indexes: a lock on one is a lock on the table.
            let name = touched.index_of.as_ref().unwrap_or(&touched.name);
            let rebuilds_indexes =
                matches!(&moment.step.statement.kind, StatementKind::Reindex(reindex) if !reindex.concurrently);
            self.lock(name, if rebuilds_indexes { LockLevel::AccessExclusive } else { touched.level });
        }
        // PostgreSQL 18 lets writers go on during VALIDATE CONSTRAINT.
        moment.domain_users.iter().for_each(|table| self.lock(table, LockLevel::Share));
    }

    fn lock(&mut self, relation: &QualifiedName, level: LockLevel) {
        let strongest = self.locks.entry(relation.to_string()).or_insert(level);
        *strongest = (*strongest).max(level);
    }

    fn add_work(&mut self, history: &History<'_>, moment: &Moment<'_>) {
        let old = moment.touched.iter().filter(|touched| touched.is_old_table());
        let names = |touched: &Touched| touched.name.to_string();
        let statement = &moment.step.statement;
        match &statement.kind {
            StatementKind::AlterTable(table) => self.alter_table(history, moment, table),
            StatementKind::CreateIndex(index) if !index.only => self.scans.extend(old.map(names)),
            StatementKind::Reindex(reindex) => {
                let tables = moment.touched.iter().filter(|touched| touched.standing.is_old());
                self.scans.extend(tables.map(|touched| touched.index_of.as_ref().unwrap_or(&touched.name).to_string()));
                if !matches!(reindex.target, ObjectKind::Table | ObjectKind::Index) {
                    self.at_least(if reindex.concurrently { Risk::Concurrent } else { Risk::Scan });
                }
            }
            StatementKind::Cluster { table } => self.rewrites_all(table.is_none(), old),
            StatementKind::Repack { table, concurrently: false } => self.rewrites_all(table.is_none(), old),
            StatementKind::Repack { .. } | StatementKind::Analyze { .. } => self.at_least(Risk::Concurrent),
            StatementKind::Vacuum { full: true, tables } => self.rewrites_all(tables.is_empty(), old),
            StatementKind::Vacuum { .. } => self.at_least(Risk::Concurrent),
            StatementKind::RefreshMaterializedView { concurrently: true, .. } => self.at_least(Risk::Concurrent),
            StatementKind::RefreshMaterializedView { with_no_data: false, .. } => self.rewrites.extend(old.map(names)),
            StatementKind::Change(change) => {
                let own = moment.old_table(&change.table);
                let reads = !statement.reads.is_empty();
                match change.kind {
                    DataChangeKind::Insert if !change.from_query => {}
                    _ if own.is_some() => self.at_least(Risk::Scan),
                    _ if reads => self.at_least(Risk::Concurrent),
                    _ => {}
                }
                if matches!(change.kind, DataChangeKind::Update | DataChangeKind::Delete) && !change.has_where() {
                    self.scans.extend(own.map(names));
                }
            }
            StatementKind::CreateTable(table) if table.as_select.is_some() && !statement.reads.is_empty() => {
                self.at_least(Risk::Concurrent);
            }
            StatementKind::CreateView(view) if view.materialized && !statement.reads.is_empty() => {
                self.at_least(Risk::Concurrent);
            }
            StatementKind::AlterType(_) => self.scans.extend(moment.domain_users.iter().map(QualifiedName::to_string)),
            _ => {}
        }
    }

    fn at_least(&mut self, risk: Risk) {
        self.least = self.least.max(risk);
    }

    fn rewrites_all<'t>(&mut self, whole_database: bool, tables: impl Iterator<Item = &'t Touched>) {
        self.rewrites.extend(tables.map(|touched| touched.name.to_string()));
        if whole_database {
            self.at_least(Risk::Rewrite);
        }
    }

    fn alter_table(&mut self, history: &History<'_>, moment: &Moment<'_>, table: &AlterTable) {
        let Some(touched) = moment.old_table(&table.name) else { return };
        let name = touched.name.to_string();
        for (action, before) in table.actions.iter().zip(&moment.actions) {
            match work_of_action(history, moment, &action.kind, before) {
                Work::None => {}
                Work::Scan => {
                    self.scans.insert(name.clone());
                }
                Work::Rewrite => {
                    self.rewrites.insert(name.clone());
                }
            }
            if let Action::AttachPartition { partition, .. } = &action.kind {
                self.scans.extend(moment.old_table(partition).map(|partition| partition.name.to_string()));
            }
        }
    }
}

/// What an action does to the rows of its table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Work {
    None,
    Scan,
    Rewrite,
}

fn work_of_action(history: &History<'_>, moment: &Moment<'_>, action: &Action, before: &ActionBefore) -> Work {
    match action {
        Action::AddColumn { column, if_not_exists } => {
            let there = before.column.as_ref().is_some_and(|column| column.data_type.is_some());
            if *if_not_exists && there {
                return Work::None;
            }
            if of_new_column(history, column, before.constrained_domain).is_some() {
                return Work::Rewrite;
            }
            let scans = column.constraints.iter().any(|constraint| checks_old_rows(column, constraint));
            if scans { Work::Scan } else { Work::None }
        }
        Action::AlterColumnType { column, data_type, using } => {
            let old = before.column.as_ref().and_then(|column| column.data_type.as_ref());
            match of_type_change(history, column, old, data_type, using.as_ref()) {
                Rewrite::No => Work::None,
                Rewrite::UnlessTimeZoneIsUtc if time_zone_is_utc(history, moment) => Work::None,
                Rewrite::Yes | Rewrite::UnlessTimeZoneIsUtc | Rewrite::Unknown => Work::Rewrite,
            }
        }
        Action::SetNotNull { .. } => {
            let known = before.column.as_ref().is_some_and(|column| column.not_null || column.proven_not_null);
            if known { Work::None } else { Work::Scan }
        }
        Action::AddConstraint(constraint) => match constraint.kind {
            ConstraintKind::Check | ConstraintKind::ForeignKey | ConstraintKind::NotNull if constraint.not_valid => {
                Work::None
            }
            ConstraintKind::PrimaryKey if constraint.using_index.is_some() && before.nullable_key.is_empty() => {
                Work::None
            }
            ConstraintKind::Unique if constraint.using_index.is_some() => Work::None,
            _ => Work::Scan,
        },
        Action::ValidateConstraint { .. } => {
            let validated = before.constraint.is_some_and(|constraint| constraint.validated);
            if validated { Work::None } else { Work::Scan }
        }
        Action::SetExpression { .. }
        | Action::SetLogged
        | Action::SetUnlogged
        | Action::SetTablespace { .. }
        | Action::SetAccessMethod { .. } => Work::Rewrite,
        _ => Work::None,
    }
}

/// A constraint at a new column. Without a default every old row has NULL there, and PostgreSQL does not look whether
/// a foreign key holds.
fn checks_old_rows(column: &ColumnDefinition, constraint: &Constraint) -> bool {
    match constraint.kind {
        ConstraintKind::ForeignKey => column.default.is_some(),
        ConstraintKind::NotNull => false,
        _ => true,
    }
}
