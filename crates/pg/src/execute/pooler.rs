//! Tells a pooler in transaction mode by its signs: two of our sessions share a server process, or one changes it.

use super::ExecuteError;
use crate::pipeline::Message;
use crate::run::statement_error;
use crate::{ConnectOptions, ConnectionString, Pipeline};

/// Refuses to work where a session's lock and settings would not stay with the session.
pub fn refuse_transaction_pooler(
    pipeline: &mut Pipeline,
    connection: &ConnectionString,
    options: &ConnectOptions,
) -> Result<(), ExecuteError> {
    let ours = backend(pipeline)?;
    // A pooler hands a free server connection to whoever asks next: here to a second session, inside a transaction.
    let mut second = Pipeline::connect(connection, options)?;
    second.run(Message::Simple("BEGIN"))?;
    let theirs = backend(&mut second)?;
    // While the second holds it, our own must be another.
    let again = backend(pipeline)?;
    if theirs == ours || again != ours {
        return Err(ExecuteError::TransactionPooler);
    }
    Ok(())
}

fn backend(pipeline: &mut Pipeline) -> Result<i32, ExecuteError> {
    let rows = pipeline
        .query("SELECT pg_catalog.pg_backend_pid()", &[])
        .map_err(|error| Box::new(statement_error(&error, pipeline.is_closed())))?;
    Ok(rows.first().map_or(0, |row| row.get(0)))
}
