//! The snapshot that everything is read in, and a second session that joins it.

use pgmason_model::ServerVersion;
use postgres::{Client, IsolationLevel, Transaction};

use super::IntrospectError;
use crate::connect::{ConnectOptions, connect};
use crate::connection_string::ConnectionString;

/// What the first statement of the snapshot tells.
#[derive(Clone, Copy)]
pub(super) struct Session {
    pub(super) version: ServerVersion,
    /// How many relations the database has, its own catalogs included.
    pub(super) relations: i64,
    pub(super) reads_subscription_connections: bool,
}

pub(super) fn open(client: &mut Client) -> Result<(Transaction<'_>, Session), IntrospectError> {
    let mut transaction = client
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .map_err(IntrospectError::Snapshot)?;
    let session = settle(&mut transaction).map_err(IntrospectError::Snapshot)?;
    Ok((transaction, session))
}

/// A session of its own inside the snapshot; it ends when the client is dropped. None when anything stands in the way.
pub(super) fn join(connection: &ConnectionString, snapshot: &str) -> Option<Client> {
    let mut client = connect(connection, &ConnectOptions::default()).ok()?;
    let snapshot = pgmason_model::identifier::quote_literal(snapshot);
    client
        .batch_execute(&format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT {snapshot}"))
        .ok()?;
    client.query_typed(include_str!("settings.sql"), &[]).ok()?;
    Some(client)
}

fn settle(transaction: &mut Transaction<'_>) -> Result<Session, postgres::Error> {
    let rows = transaction.query_typed(include_str!("settings.sql"), &[])?;
    let mut session = Session { version: ServerVersion(0), relations: 0, reads_subscription_connections: false };
    if let Some(row) = rows.first() {
        session.version = ServerVersion(u32::try_from(row.try_get::<_, i32>("version")?).unwrap_or(0));
        session.relations = row.try_get("relations")?;
        session.reads_subscription_connections = row.try_get("reads_subscription_connections")?;
    }
    Ok(session)
}
