//! The table locks a statement takes, by PostgreSQL 13 to 18's documentation of explicit locking and of each command.

use crate::{AlterTable, AlterTableActionKind as Action, ConstraintKind, DataChange, Name, ObjectKind, RelationChange, Statement, StatementKind};
use crate::LockLevel;

/// Relations that the statement locks by name, with the strongest level on each. A table that the statement itself creates is not
/// among them. An index dropped or altered by its own name stands for itself: its table must come from the catalog.
pub fn locks(statement: &Statement) -> Vec<(Name, LockLevel)> {
    let mut found: Vec<(Name, LockLevel)> = Vec::new();
    let mut add = |name: &Name, level: LockLevel| match found.iter_mut().find(|(known, _)| known == name) {
        Some((_, known)) => *known = (*known).max(level),
        None => found.push((name.clone(), level)),
    };
    for read in &statement.reads {
        add(&read.name, LockLevel::AccessShare);
    }
    for change in &statement.with_changes {
        add(&change.table, LockLevel::RowExclusive);
    }
    own_locks(&statement.kind, &mut add);
    found
}

fn own_locks(kind: &StatementKind, add: &mut dyn FnMut(&Name, LockLevel)) {
    match kind {
        StatementKind::CreateTable(table) => {
            let constraints = table.columns.iter().flat_map(|column| &column.constraints).chain(&table.constraints);
            for references in constraints.filter_map(|constraint| constraint.references.as_ref()) {
                if references.table != table.name {
                    add(&references.table, LockLevel::ShareRowExclusive);
                }
            }
            table.inherits.iter().for_each(|parent| add(parent, LockLevel::ShareUpdateExclusive));
            table.like.iter().for_each(|source| add(source, LockLevel::AccessShare));
            // CREATE TABLE … PARTITION OF locks the parent fully; ATTACH PARTITION does not (PostgreSQL 12 and later).
            table.partition_of.iter().for_each(|parent| add(parent, LockLevel::AccessExclusive));
        }
        StatementKind::AlterTable(table) => alter_table(table, add),
        StatementKind::CreateIndex(index) => {
            add(&index.table, if index.concurrently { LockLevel::ShareUpdateExclusive } else { LockLevel::Share });
        }
        StatementKind::AlterIndex(index) => {
            let level = match index.change {
                RelationChange::RenameTo(_) | RelationChange::SetOptions(_) => LockLevel::ShareUpdateExclusive,
                _ => LockLevel::AccessExclusive,
            };
            add(&index.name, level);
        }
        StatementKind::AlterView(view) => add(&view.name, LockLevel::AccessExclusive),
        StatementKind::AlterSequence(sequence) => add(&sequence.name, LockLevel::ShareRowExclusive),
        StatementKind::Reindex(reindex) => {
            if let (ObjectKind::Table | ObjectKind::Index, Some(name)) = (reindex.target, &reindex.name) {
                let level = match (reindex.concurrently, reindex.target) {
                    (true, _) => LockLevel::ShareUpdateExclusive,
                    (false, ObjectKind::Index) => LockLevel::AccessExclusive,
                    (false, _) => LockLevel::Share,
                };
                add(name, level);
            }
        }
        StatementKind::CreateView(view) if view.or_replace => add(&view.name, LockLevel::AccessExclusive),
        StatementKind::RefreshMaterializedView { name, concurrently, .. } => {
            add(name, if *concurrently { LockLevel::Exclusive } else { LockLevel::AccessExclusive });
        }
        StatementKind::CreateTrigger(trigger) => add(&trigger.table, LockLevel::ShareRowExclusive),
        StatementKind::CreateRule { table, .. } => add(table, LockLevel::AccessExclusive),
        StatementKind::CreatePolicy(policy) => add(&policy.table, LockLevel::AccessExclusive),
        StatementKind::AlterPolicy(policy) => add(&policy.table, LockLevel::AccessExclusive),
        StatementKind::CreateStatistics { table: Some(table), .. } => add(table, LockLevel::ShareUpdateExclusive),
        StatementKind::CreatePublication { tables, .. } => {
            tables.iter().for_each(|table| add(table, LockLevel::ShareUpdateExclusive));
        }
        StatementKind::AlterPublication { add: added, drop, set, .. } => {
            added.iter().chain(drop).chain(set).for_each(|table| add(table, LockLevel::ShareUpdateExclusive));
        }
        StatementKind::Drop(dropped) => match dropped.object {
            ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView | ObjectKind::ForeignTable | ObjectKind::Sequence => {
                dropped.names.iter().for_each(|name| add(&name.name, LockLevel::AccessExclusive));
            }
            ObjectKind::Index => {
                let level = if dropped.concurrently { LockLevel::ShareUpdateExclusive } else { LockLevel::AccessExclusive };
                dropped.names.iter().for_each(|name| add(&name.name, level));
            }
            ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule => {
                dropped.on_table.iter().for_each(|table| add(table, LockLevel::AccessExclusive));
            }
            _ => {}
        },
        StatementKind::Truncate { tables, .. } => tables.iter().for_each(|table| add(&table.name, LockLevel::AccessExclusive)),
        StatementKind::Change(DataChange { table, .. }) => add(table, LockLevel::RowExclusive),
        StatementKind::Copy(copy) => {
            if let Some(table) = &copy.table {
                add(&table.name, if copy.from { LockLevel::RowExclusive } else { LockLevel::AccessShare });
            }
        }
        StatementKind::Vacuum { full, tables } => {
            let level = if *full { LockLevel::AccessExclusive } else { LockLevel::ShareUpdateExclusive };
            tables.iter().for_each(|table| add(table, level));
        }
        StatementKind::Analyze { tables } => tables.iter().for_each(|table| add(table, LockLevel::ShareUpdateExclusive)),
        StatementKind::Cluster { table: Some(table) } => add(table, LockLevel::AccessExclusive),
        StatementKind::Repack { table: Some(table), concurrently } => {
            add(table, if *concurrently { LockLevel::ShareUpdateExclusive } else { LockLevel::AccessExclusive });
        }
        StatementKind::LockTable { tables, mode, .. } => tables.iter().for_each(|table| add(&table.name, *mode)),
        StatementKind::Comment(comment) => {
            let table = comment.on_table.as_ref().or((comment.object == ObjectKind::Table).then_some(&comment.name));
            table.into_iter().for_each(|table| add(table, LockLevel::ShareUpdateExclusive));
        }
        StatementKind::Explain { analyze: true, statement } => own_locks(&statement.kind, add),
        _ => {}
    }
}

fn alter_table(table: &AlterTable, add: &mut dyn FnMut(&Name, LockLevel)) {
    if table.all_in_tablespace {
        return;
    }
    for action in &table.actions {
        add(&table.name, action_level(&action.kind));
        match &action.kind {
            Action::AddConstraint(constraint) => {
                constraint.references.iter().for_each(|references| add(&references.table, LockLevel::ShareRowExclusive));
            }
            Action::AddColumn { column, .. } => {
                column.references().into_iter().for_each(|references| add(&references.table, LockLevel::ShareRowExclusive));
            }
            Action::AttachPartition { partition, .. } => add(partition, LockLevel::AccessExclusive),
            Action::DetachPartition { partition, concurrently, .. } => {
                let level = if *concurrently { LockLevel::ShareUpdateExclusive } else { LockLevel::AccessExclusive };
                add(partition, level);
            }
            Action::Inherit { parent } => add(parent, LockLevel::ShareUpdateExclusive),
            Action::NoInherit { parent } => add(parent, LockLevel::AccessShare),
            _ => {}
        }
    }
}

/// The level that one action of `ALTER TABLE` needs on its table (AlterTableGetLockLevel in tablecmds.c); where it depends on which
/// parameter is set, the level of the usual ones.
fn action_level(action: &Action) -> LockLevel {
    match action {
        Action::ValidateConstraint { .. }
        | Action::AttachPartition { .. }
        | Action::DetachPartition { concurrently: true, .. }
        | Action::DetachPartition { finalize: true, .. }
        | Action::ClusterOn { .. }
        | Action::SetWithoutCluster => LockLevel::ShareUpdateExclusive,
        Action::SetStorageParameters { text } | Action::ResetStorageParameters { text } => {
            // user_catalog_table and a view's options alone take ACCESS EXCLUSIVE.
            if text.contains("user_catalog_table") { LockLevel::AccessExclusive } else { LockLevel::ShareUpdateExclusive }
        }
        Action::AlterColumnOther { text, .. } => {
            let text = text.to_ascii_lowercase();
            let gentle = text.starts_with("set statistics") || text.starts_with("set (") || text.starts_with("set(") || text.starts_with("reset");
            if gentle { LockLevel::ShareUpdateExclusive } else { LockLevel::AccessExclusive }
        }
        Action::AddConstraint(constraint) if constraint.kind == ConstraintKind::ForeignKey => LockLevel::ShareRowExclusive,
        Action::Trigger { .. } => LockLevel::ShareRowExclusive,
        _ => LockLevel::AccessExclusive,
    }
}
