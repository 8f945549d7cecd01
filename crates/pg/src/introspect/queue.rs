//! The queries that are still to be asked, shared by the connections that ask them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use pgmason_model::ServerVersion;
use postgres::GenericClient;
use postgres::error::SqlState;

use super::IntrospectError;
use super::queries::Query;
use super::version_gate;

pub(super) struct Queue {
    queries: Vec<&'static Query>,
    next: AtomicUsize,
}

/// The rows of one query, with its place in the list.
pub(super) struct Answer {
    pub(super) place: usize,
    pub(super) query: &'static Query,
    pub(super) rows: Vec<postgres::Row>,
}

impl Queue {
    pub(super) fn new(queries: Vec<&'static Query>) -> Self {
        Self { queries, next: AtomicUsize::new(0) }
    }

    /// Asks one query after the other until none is left. A failure leaves nothing for anybody else.
    pub(super) fn work(
        &self,
        client: &mut impl GenericClient,
        version: ServerVersion,
        answers: &mpsc::Sender<Answer>,
    ) -> Result<(), IntrospectError> {
        loop {
            let place = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(query) = self.queries.get(place).copied() else { return Ok(()) };
            let sql = version_gate::for_version(query.sql, version);
            let rows = client.query_typed(&sql, &[]).map_err(|source| {
                self.next.store(self.queries.len(), Ordering::Relaxed);
                explain(query, source)
            })?;
            // The decoder hangs up when it fails, and reports that itself.
            if answers.send(Answer { place, query, rows }).is_err() {
                return Ok(());
            }
        }
    }
}

fn explain(query: &Query, source: postgres::Error) -> IntrospectError {
    if source.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) {
        IntrospectError::Blocked { query: query.name }
    } else {
        IntrospectError::Query { query: query.name, source }
    }
}
