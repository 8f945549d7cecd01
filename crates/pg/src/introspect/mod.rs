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
mod roles;
mod row;
mod rules;
mod schemas;
mod sequences;
mod statistics;
mod subscriptions;
mod tables;
mod triggers;
mod types;
mod unmodelled;
mod user_mappings;
mod version_gate;
mod views;

use std::collections::BTreeMap;
use std::sync::mpsc;

use pgmason_model::{Catalog, ServerVersion};
use postgres::error::SqlState;
use postgres::{Client, IsolationLevel, Transaction};

use builder::Builder;
use queries::{QUERIES, Query};
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
}

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
    let mut transaction = client
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .map_err(IntrospectError::Snapshot)?;
    let version = settle(&mut transaction).map_err(IntrospectError::Snapshot)?;
    let wanted = || {
        QUERIES.iter().filter(|query| {
            (options.statistics || !query.statistics_only) && !forbidden.contains_key(query.name)
        })
    };
    // The server works on the next query while this side decodes the last one.
    let builder = std::thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel::<(&Query, Vec<postgres::Row>)>();
        let decoder = scope.spawn(move || {
            let mut builder = Builder::default();
            for (query, rows) in receiver {
                for row in &rows {
                    (query.decode)(&Row { query: query.name, row }, &mut builder)?;
                }
            }
            Ok(builder)
        });
        for query in wanted() {
            let rows = fetch(&mut transaction, query, version)?;
            if sender.send((query, rows)).is_err() {
                break;
            }
        }
        drop(sender);
        decoder.join().unwrap_or(Err(IntrospectError::ReaderStopped))
    })?;
    transaction.rollback().map_err(IntrospectError::Snapshot)?;
    Ok(finish::finish(builder, version, options.statistics, forbidden))
}

fn settle(transaction: &mut Transaction<'_>) -> Result<ServerVersion, postgres::Error> {
    let row = transaction.query_typed(include_str!("settings.sql"), &[])?;
    let version: i32 = row.first().map_or(Ok(0), |row| row.try_get("version"))?;
    Ok(ServerVersion(u32::try_from(version).unwrap_or(0)))
}

fn fetch(
    transaction: &mut Transaction<'_>,
    query: &Query,
    version: ServerVersion,
) -> Result<Vec<postgres::Row>, IntrospectError> {
    let sql = version_gate::for_version(query.sql, version);
    transaction.query_typed(&sql, &[]).map_err(|source| {
        if source.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) {
            IntrospectError::Blocked { query: query.name }
        } else {
            IntrospectError::Query { query: query.name, source }
        }
    })
}
