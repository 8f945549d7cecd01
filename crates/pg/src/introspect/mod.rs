//! Reads a database's schema into a `Catalog`: one snapshot, a fixed list of set-based queries, no query per table.
//!
//! Invariants: everything is read in one REPEATABLE READ READ ONLY transaction under `search_path = pg_catalog`; each
//! query sits in a `.sql` file beside the `.rs` that decodes it; no OID leaves this module; what a role may not read is
//! recorded in `not_checked`, never passed over.

mod address;
mod builder;
mod casts;
mod collations;
mod columns;
mod comments;
mod constraints;
mod default_privileges;
mod dependencies;
mod domain_constraints;
mod event_triggers;
mod extended_statistics;
mod extension_members;
mod extensions;
mod finish;
mod foreign_data_wrappers;
mod foreign_servers;
mod functions;
mod grants;
mod indexes;
mod operator_classes;
mod operator_families;
mod operators;
pub mod platform;
mod policies;
mod publication_tables;
mod publications;
mod queries;
mod queue;
mod roles;
mod row;
mod rules;
mod schemas;
mod sequences;
mod snapshot;
mod statistics;
mod subscriptions;
mod tables;
mod text_search_configurations;
mod text_search_dictionaries;
mod triggers;
mod types;
mod unmodelled;
mod user_mappings;
mod version_gate;
mod views;

use std::collections::BTreeMap;
use std::sync::mpsc;

use pgmason_model::{Catalog, ServerVersion};
use postgres::Client;
use postgres::error::SqlState;

use crate::ConnectionString;

use builder::Builder;
use queries::QUERIES;
use queue::{Answer, Queue};
use row::Row;

pub use platform::{Platform, mark_platform_from_baseline};

/// The SQL of every introspection query as a server of this version sees it, by name.
pub fn queries_for(version: ServerVersion) -> Vec<(&'static str, String)> {
    QUERIES.iter().map(|query| (query.name, version_gate::for_version(query.sql, version))).collect()
}

#[derive(Clone, Debug, Default)]
pub struct IntrospectOptions {
    /// Read counters and sizes too: only a live database has them.
    pub statistics: bool,
    pub platform: Platform,
    /// Where the client is connected to: a large schema is then read over a second connection as well, in the same
    /// snapshot.
    pub second_connection: Option<ConnectionString>,
}

/// Relations from which on a second connection pays for itself.
const LARGE: i64 = 4000;

#[derive(Debug, thiserror::Error)]
pub enum IntrospectError {
    #[error("cannot open the snapshot")]
    Snapshot(#[source] postgres::Error),
    #[error("cannot read the {query}")]
    Query { query: &'static str, source: postgres::Error },
    #[error("cannot read the {query}: another session holds a lock that blocks it")]
    Blocked { query: &'static str },
    #[error("the answer to the query for {query} has no usable column `{column}`")]
    Decode { query: &'static str, column: &'static str, source: postgres::Error },
    #[error("the {query} hold a code that pgmason does not know: {column} = `{value}`")]
    UnknownCode { query: &'static str, column: &'static str, value: String },
    #[error("the reader thread ended early")]
    ReaderStopped,
}

impl IntrospectError {
    /// What to do next, in one sentence.
    pub fn hint(&self) -> String {
        match self {
            Self::Snapshot(_) => "check that the server is up and accepts statements".to_owned(),
            Self::Query { .. } => "run again; a schema that changes while it is read can cause this".to_owned(),
            Self::Blocked { .. } => {
                "look in pg_stat_activity for a session that holds ACCESS EXCLUSIVE, and run again after it".to_owned()
            }
            Self::Decode { .. } | Self::UnknownCode { .. } | Self::ReaderStopped => {
                "report this as a bug of pgmason, with the server's version".to_owned()
            }
        }
    }
}

/// Reads the whole schema. The client must not be inside a transaction.
pub fn introspect(client: &mut Client, options: &IntrospectOptions) -> Result<Catalog, IntrospectError> {
    let mut forbidden = BTreeMap::new();
    let mut attempts_left = 3;
    loop {
        match read_snapshot(client, options, &forbidden) {
            Ok(mut catalog) => {
                catalog.not_checked.sort();
                platform::mark(&mut catalog, options.platform);
                return Ok(catalog);
            }
            // An error ends the transaction, so what may not be read is left out of the next one.
            Err(IntrospectError::Query { query, source })
                if source.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) && !forbidden.contains_key(query) =>
            {
                let reason = source.as_db_error().map_or_else(String::new, |error| error.message().to_owned());
                forbidden.insert(query, reason);
            }
            Err(error) if attempts_left > 1 && may_be_a_race(&error) => attempts_left -= 1,
            Err(error) => return Err(error),
        }
    }
}

/// Deparse functions look at the catalogs as they are now, not at the snapshot: what was dropped in between gives a NULL
/// or a "cache lookup failed" (XX000).
fn may_be_a_race(error: &IntrospectError) -> bool {
    match error {
        IntrospectError::Decode { .. } => true,
        IntrospectError::Query { source, .. } => source.code().is_some_and(|code| {
            [&SqlState::INTERNAL_ERROR, &SqlState::UNDEFINED_TABLE, &SqlState::UNDEFINED_OBJECT].contains(&code)
        }),
        _ => false,
    }
}

fn read_snapshot(
    client: &mut Client,
    options: &IntrospectOptions,
    forbidden: &BTreeMap<&'static str, String>,
) -> Result<Catalog, IntrospectError> {
    let (mut transaction, session) = snapshot::open(client)?;
    let wanted = QUERIES
        .iter()
        .filter(|query| query.is_wanted(options, session) && !forbidden.contains_key(query.name))
        .collect();
    let queue = Queue::new(wanted);
    // The server works on the next query while this side decodes the last one.
    let builder = std::thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        let decoder = scope.spawn(move || decode_in_order(receiver));
        let helper = options.second_connection.as_ref().filter(|_| session.relations >= LARGE).map(|connection| {
            let (queue, sender) = (&queue, sender.clone());
            let snapshot =
                transaction.query_one("SELECT pg_export_snapshot()", &[]).and_then(|row| row.try_get::<_, String>(0));
            // Without a second connection one does it all, only slower.
            scope.spawn(move || match snapshot.map(|snapshot| snapshot::join(connection, &snapshot)) {
                Ok(Some(mut helper)) => queue.work(&mut helper, session.version, &sender),
                _ => Ok(()),
            })
        });
        let own = queue.work(&mut transaction, session.version, &sender);
        drop(sender);
        let helped = helper.map_or(Ok(()), |helper| helper.join().unwrap_or(Err(IntrospectError::ReaderStopped)));
        let decoded = decoder.join().unwrap_or(Err(IntrospectError::ReaderStopped));
        own.and(helped).and(decoded)
    })?;
    transaction.rollback().map_err(IntrospectError::Snapshot)?;
    Ok(finish::finish(builder, session.version, options.statistics, forbidden))
}

/// Answers come from two connections; they are decoded in the order of `QUERIES`.
fn decode_in_order(answers: mpsc::Receiver<Answer>) -> Result<Builder, IntrospectError> {
    let mut builder = Builder::default();
    let mut early = BTreeMap::new();
    let mut next = 0;
    for answer in answers {
        early.insert(answer.place, answer);
        while let Some(answer) = early.remove(&next) {
            next += 1;
            for row in &answer.rows {
                (answer.query.decode)(&Row { query: answer.query.name, row }, &mut builder)?;
            }
        }
    }
    Ok(builder)
}
