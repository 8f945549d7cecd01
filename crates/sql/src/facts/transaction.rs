//! Statements that PostgreSQL refuses inside a transaction block (PreventInTransactionBlock).

use crate::{AlterTableActionKind, ObjectKind, Statement, StatementKind};

/// Why the statement cannot run in a transaction block: the command's name, or `None` where it can.
pub fn cannot_run_in_transaction(statement: &Statement) -> Option<&'static str> {
    match &statement.kind {
        StatementKind::CreateIndex(index) if index.concurrently => Some("CREATE INDEX CONCURRENTLY"),
        StatementKind::Drop(dropped) => match dropped.object {
            ObjectKind::Index if dropped.concurrently => Some("DROP INDEX CONCURRENTLY"),
            ObjectKind::Database => Some("DROP DATABASE"),
            ObjectKind::Tablespace => Some("DROP TABLESPACE"),
            // Only one with a replication slot; whether it has one is known to the server alone.
            ObjectKind::Subscription => Some("DROP SUBSCRIPTION"),
            _ => None,
        },
        StatementKind::Reindex(reindex) => match reindex.target {
            ObjectKind::Database => Some("REINDEX DATABASE"),
            ObjectKind::Schema => Some("REINDEX SCHEMA"),
            _ if reindex.concurrently => Some("REINDEX CONCURRENTLY"),
            _ => None,
        },
        StatementKind::AlterTable(table) => table.actions.iter().find_map(|action| match action.kind {
            AlterTableActionKind::DetachPartition { concurrently: true, .. } => {
                Some("ALTER TABLE … DETACH PARTITION CONCURRENTLY")
            }
            _ => None,
        }),
        StatementKind::Vacuum { .. } => Some("VACUUM"),
        StatementKind::Cluster { table: None } => Some("CLUSTER without a table"),
        StatementKind::Repack { table: None, .. } => Some("REPACK without a table"),
        StatementKind::Repack { concurrently: true, .. } => Some("REPACK CONCURRENTLY"),
        StatementKind::CreateDatabase { .. } => Some("CREATE DATABASE"),
        StatementKind::CreateTablespace { .. } => Some("CREATE TABLESPACE"),
        StatementKind::AlterSystem => Some("ALTER SYSTEM"),
        StatementKind::CreateSubscription { creates_slot: true, .. } => {
            Some("CREATE SUBSCRIPTION with a replication slot")
        }
        StatementKind::Other { keywords } if keywords.starts_with("DISCARD ALL") => Some("DISCARD ALL"),
        StatementKind::AlterOther {
            object: ObjectKind::Database, change: crate::RelationChange::Other(text), ..
        } if text.to_ascii_lowercase().starts_with("set tablespace") => Some("ALTER DATABASE … SET TABLESPACE"),
        _ => None,
    }
}
