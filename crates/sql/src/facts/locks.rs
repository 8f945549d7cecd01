//! The table locks a statement takes, by PostgreSQL 13 to 18's documentation of explicit locking and of each command.

use crate::{
    AlterTable, AlterTableActionKind as Action, ConstraintKind, DataChange, LockLevel, Name, ObjectKind,
    RelationChange, Statement, StatementKind,
};

/// Relations that the statement locks by name, with the strongest level on each. A table that the statement itself creates is not
/// among them. An index dropped or altered by its own name stands for itself: its table must come from the catalog.
pub fn locks(statement: &Statement) -> Vec<(Name, LockLevel)> {
    let mut found: Vec<(Name, LockLevel)> = Vec::new();
    let mut add = |name: &Name, level: LockLevel| match found.iter_mut().find(|(known, _)| known == name) {
        Some((_, known)) => *known = (*known).max(level),
        None => found.push((name.clone(), level)),
    };
    let for_update = matches!(&statement.kind, StatementKind::Select(select) if select.for_update);
    let read_level = if for_update { LockLevel::RowShare } else { LockLevel::AccessShare };
    for read in &statement.reads {
        add(&read.name, read_level);
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
            ObjectKind::Table
            | ObjectKind::View
            | ObjectKind::MaterializedView
            | ObjectKind::ForeignTable
            | ObjectKind::Sequence => {
                dropped.names.iter().for_each(|name| add(&name.name, LockLevel::AccessExclusive));
            }
            ObjectKind::Index => {
                let level =
                    if dropped.concurrently { LockLevel::ShareUpdateExclusive } else { LockLevel::AccessExclusive };
                dropped.names.iter().for_each(|name| add(&name.name, level));
            }
            ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule => {
                dropped.on_table.iter().for_each(|table| add(table, LockLevel::AccessExclusive));
            }
            _ => {}
        },
        StatementKind::Truncate { tables, .. } => {
            tables.iter().for_each(|table| add(&table.name, LockLevel::AccessExclusive))
        }
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
        StatementKind::Analyze { tables } => {
            tables.iter().for_each(|table| add(table, LockLevel::ShareUpdateExclusive))
        }
        StatementKind::Cluster { table: Some(table) } => add(table, LockLevel::AccessExclusive),
        StatementKind::Repack { table: Some(table), concurrently } => {
            add(table, if *concurrently { LockLevel::ShareUpdateExclusive } else { LockLevel::AccessExclusive });
        }
        StatementKind::LockTable { tables, mode, .. } => tables.iter().for_each(|table| add(&table.name, *mode)),
        StatementKind::Comment(comment) => match (comment.object, &comment.on_table) {
            (ObjectKind::Column, Some(table)) => add(table, LockLevel::ShareUpdateExclusive),
            (_, Some(table)) => add(table, LockLevel::AccessShare),
            (
                ObjectKind::Table
                | ObjectKind::View
                | ObjectKind::MaterializedView
                | ObjectKind::Index
                | ObjectKind::ForeignTable,
                None,
            ) => {
                add(&comment.name, LockLevel::ShareUpdateExclusive);
            }
            _ => {}
        },
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
                constraint
                    .references
                    .iter()
                    .for_each(|references| add(&references.table, LockLevel::ShareRowExclusive));
            }
            Action::AddColumn { column, .. } => {
                column
                    .references()
                    .into_iter()
                    .for_each(|references| add(&references.table, LockLevel::ShareRowExclusive));
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
            if text.contains("user_catalog_table") {
                LockLevel::AccessExclusive
            } else {
                LockLevel::ShareUpdateExclusive
            }
        }
        Action::AlterColumnOther { text, .. } => {
            let text = text.to_ascii_lowercase();
            let gentle = text.starts_with("set statistics")
                || text.starts_with("set (")
                || text.starts_with("set(")
                || text.starts_with("reset");
            if gentle { LockLevel::ShareUpdateExclusive } else { LockLevel::AccessExclusive }
        }
        Action::AddConstraint(constraint) if constraint.kind == ConstraintKind::ForeignKey => {
            LockLevel::ShareRowExclusive
        }
        Action::Trigger { .. } => LockLevel::ShareRowExclusive,
        _ => LockLevel::AccessExclusive,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_statement;

    /// Measured in pg_locks on PostgreSQL 15.18; only the strongest lock on each named relation.
    const MEASURED: &[(&str, &str)] = &[
        ("create table n (x int references a)", "a: SHARE ROW EXCLUSIVE"),
        ("create table n () inherits (parent)", "parent: SHARE UPDATE EXCLUSIVE"),
        ("create table p2 partition of p for values from (3) to (4)", "p: ACCESS EXCLUSIVE"),
        ("create table n (like a)", "a: ACCESS SHARE"),
        ("alter table a add column z int", "a: ACCESS EXCLUSIVE"),
        (
            "alter table a add constraint fk foreign key (b) references b",
            "a: SHARE ROW EXCLUSIVE, b: SHARE ROW EXCLUSIVE",
        ),
        ("alter table a validate constraint ck", "a: SHARE UPDATE EXCLUSIVE"),
        ("alter table a alter b set statistics 5", "a: SHARE UPDATE EXCLUSIVE"),
        ("alter table a alter b set (n_distinct = 5)", "a: SHARE UPDATE EXCLUSIVE"),
        ("alter table a alter c set storage plain", "a: ACCESS EXCLUSIVE"),
        ("alter table a set (fillfactor = 70)", "a: SHARE UPDATE EXCLUSIVE"),
        ("alter table a disable trigger tr", "a: SHARE ROW EXCLUSIVE"),
        ("alter table a cluster on ia", "a: SHARE UPDATE EXCLUSIVE"),
        (
            "alter table p attach partition d for values from (5) to (6)",
            "p: SHARE UPDATE EXCLUSIVE, d: ACCESS EXCLUSIVE",
        ),
        ("alter table p detach partition p1", "p: ACCESS EXCLUSIVE, p1: ACCESS EXCLUSIVE"),
        ("alter table d inherit parent", "d: ACCESS EXCLUSIVE, parent: SHARE UPDATE EXCLUSIVE"),
        ("alter table kid no inherit parent", "kid: ACCESS EXCLUSIVE, parent: ACCESS SHARE"),
        ("alter table a rename constraint ck to ck2", "a: ACCESS EXCLUSIVE"),
        ("alter index ia set (fillfactor = 70)", "ia: SHARE UPDATE EXCLUSIVE"),
        ("alter sequence s increment 2", "s: SHARE ROW EXCLUSIVE"),
        ("create index on a (c)", "a: SHARE"),
        ("reindex table a", "a: SHARE"),
        ("reindex index ia", "ia: ACCESS EXCLUSIVE"),
        ("create or replace view v as select 1 x", "v: ACCESS EXCLUSIVE"),
        ("refresh materialized view m", "m: ACCESS EXCLUSIVE"),
        ("refresh materialized view concurrently m", "m: EXCLUSIVE"),
        ("create trigger t2 before insert on a execute function f()", "a: SHARE ROW EXCLUSIVE"),
        ("create rule r as on insert to a do nothing", "a: ACCESS EXCLUSIVE"),
        ("create policy p2 on a", "a: ACCESS EXCLUSIVE"),
        ("create statistics st on b, c from a", "a: SHARE UPDATE EXCLUSIVE"),
        ("alter publication pub add table a", "a: SHARE UPDATE EXCLUSIVE"),
        ("drop trigger tr on a", "a: ACCESS EXCLUSIVE"),
        ("comment on table a is 'x'", "a: SHARE UPDATE EXCLUSIVE"),
        ("comment on column a.b is 'x'", "a: SHARE UPDATE EXCLUSIVE"),
        ("comment on policy pol on a is 'x'", "a: ACCESS SHARE"),
        ("grant select on a to public", ""),
        ("truncate a", "a: ACCESS EXCLUSIVE"),
        ("delete from a using b", "b: ACCESS SHARE, a: ROW EXCLUSIVE"),
        ("select * from a for update", "a: ROW SHARE"),
        ("analyze a", "a: SHARE UPDATE EXCLUSIVE"),
        ("cluster a using ia", "a: ACCESS EXCLUSIVE"),
        ("create view vv as select * from a", "a: ACCESS SHARE"),
        ("copy a to stdout", "a: ACCESS SHARE"),
    ];

    #[test]
    fn locks_as_measured() {
        for (sql, expected) in MEASURED {
            let found: Vec<String> =
                locks(&parse_statement(sql)).iter().map(|(name, level)| format!("{name}: {}", level.name())).collect();
            assert_eq!(found.join(", "), *expected, "{sql}");
        }
    }
}
