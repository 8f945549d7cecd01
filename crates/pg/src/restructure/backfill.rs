//! Visits the rows of a relation along a key, a batch at a time.
//!
//! - Each batch is one statement, and so one transaction: what it reads, what it writes and how far it is.
//! - The largest key is taken when it begins: rows that come later are a trigger's work. The end is a batch that found
//!   nothing to visit, never one that found nothing to write.
//! - A batch that meets a locked row gives way and tries a smaller one.

use std::time::{Duration, Instant};

use pgmason_model::quote_literal;
use pgmason_model::restructure::Backfill;
use tokio_postgres::types::Type;

use super::locks::{is_lost_try, pause};
use super::state::{StepRow, StepState};
use super::throttle::Throttle;
use super::{Progress, RestructureError, Settings};
use crate::Pipeline;
use crate::pipeline::Message;
use crate::run::{StatementError, statement_error};

const FIRST_BATCH: i64 = 1_000;
const LARGEST_BATCH: i64 = 50_000;
/// How long a batch waits for a row: less than deadlock_timeout, so that a deadlock ends ours and nobody else's.
const ROW_TIMEOUT: Duration = Duration::from_millis(100);

/// The step, and whether it goes forth or back.
pub(super) struct Place<'a> {
    pub(super) stage: i64,
    pub(super) step: &'a StepRow,
    pub(super) state: StepState,
}

pub(super) fn run(
    pipeline: &mut Pipeline,
    settings: &Settings,
    place: &Place<'_>,
    backfill: &Backfill,
    report: &mut dyn FnMut(Progress<'_>),
) -> Result<(), RestructureError> {
    for (name, value) in session_settings(backfill) {
        // What the role may not set stays as it is: it spares work, and nothing depends on it.
        drop(pipeline.run(Message::Simple(&format!("SET {name} = {}", quote_literal(&value)))));
    }
    let outcome = visit(pipeline, settings, place, backfill, report);
    for (name, _) in session_settings(backfill) {
        drop(pipeline.run(Message::Simple(&format!("RESET {name}"))));
    }
    outcome
}

fn session_settings(backfill: &Backfill) -> Vec<(String, String)> {
    let mut all = vec![
        // Row and checkpoint are lost together, or neither is.
        ("synchronous_commit".to_owned(), "off".to_owned()),
        // Compare and set looks at the row as it is by then.
        ("default_transaction_isolation".to_owned(), "read committed".to_owned()),
        ("lock_timeout".to_owned(), ROW_TIMEOUT.as_millis().to_string()),
        // Keyset along the index, whatever the statistics say of a table that changes under the batches.
        ("enable_sort".to_owned(), "off".to_owned()),
        // Each row by its key: else a batch of some size is joined by reading the whole table once more.
        ("enable_hashjoin".to_owned(), "off".to_owned()),
        ("enable_mergejoin".to_owned(), "off".to_owned()),
        ("enable_seqscan".to_owned(), "off".to_owned()),
        // The price of a sort that cannot be done without would have every batch compiled first (PostgreSQL 12 to 18).
        ("jit".to_owned(), "off".to_owned()),
        ("plan_cache_mode".to_owned(), "force_custom_plan".to_owned()),
    ];
    all.extend(backfill.settings.iter().cloned());
    all
}

fn visit(
    pipeline: &mut Pipeline,
    settings: &Settings,
    place: &Place<'_>,
    backfill: &Backfill,
    report: &mut dyn FnMut(Progress<'_>),
) -> Result<(), RestructureError> {
    let goes_on = place.step.state == place.state && place.step.upper_bound.is_some();
    let (mut checkpoint, bound, expected, mut visited) = if goes_on {
        let step = place.step;
        (step.checkpoint.clone(), step.upper_bound.clone(), step.rows_expected.unwrap_or(0.0), step.rows_visited)
    } else {
        let (bound, expected) = begin(pipeline, place, backfill)?;
        (None, bound, expected, 0)
    };
    // An empty table has no largest key.
    let Some(bound) = bound else { return Ok(()) };
    let statement = batch_statement(backfill);
    let title = place.step.title.as_str();
    let (phase, started, at_first) = (place.step.phase.name(), Instant::now(), visited);
    let (mut size, mut lost) = (FIRST_BATCH, 0u32);
    let mut throttle = Throttle::begin(pipeline, settings, backfill.relation.to_string(), report)?;
    loop {
        let begun = Instant::now();
        let parameters: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 6] = [
            (&checkpoint, Type::TEXT_ARRAY),
            (&bound, Type::TEXT_ARRAY),
            (&size, Type::INT8),
            (&place.stage, Type::INT8),
            (&phase, Type::TEXT),
            (&place.step.number, Type::INT4),
        ];
        let rows = match pipeline.query(&statement, &parameters) {
            Ok(rows) => rows,
            Err(error) => {
                let error = statement_error(&error, pipeline.is_closed());
                give_way(&error, title, &mut lost, &mut size)?;
                report(Progress::LockTimeout { title, tries: lost });
                pipeline.wait(pause(lost));
                continue;
            }
        };
        lost = 0;
        let Some(row) = rows.first() else { return Ok(()) };
        let of_batch: i64 = row.get(0);
        if of_batch == 0 {
            return Ok(());
        }
        checkpoint = row.get(1);
        visited += of_batch;
        let seconds = started.elapsed().as_secs_f64();
        report(Progress::Rows { title, visited, expected, per_second: rate(visited - at_first, seconds) });
        let took = begun.elapsed();
        size = next_size(size, took, settings.batch_time);
        throttle.after(pipeline, settings, took, report)?;
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
fn rate(rows: i64, seconds: f64) -> f64 {
    if seconds > 0.0 { rows as f64 / seconds } else { 0.0 }
}

/// Half of it after a lost try; what fits into the time else, at most twice as much as before.
fn next_size(size: i64, took: Duration, wanted: Duration) -> i64 {
    let took = took.as_secs_f64().max(0.001);
    let factor = (wanted.as_secs_f64() / took).clamp(0.25, 2.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "within 1 and LARGEST_BATCH")]
    let next = (size as f64 * factor) as i64;
    next.clamp(1, LARGEST_BATCH)
}

/// How often a batch gives way to others before the step fails.
const MOST_LOST: u32 = 600;

fn give_way(error: &StatementError, title: &str, lost: &mut u32, size: &mut i64) -> Result<(), RestructureError> {
    *lost += 1;
    if !is_lost_try(error) || *lost > MOST_LOST {
        return Err(RestructureError::Step { title: title.to_owned(), error: Box::new(error.clone()) });
    }
    *size = (*size / 2).max(1);
    Ok(())
}

/// Takes the largest key and about how many rows there are, on record.
fn begin(
    pipeline: &mut Pipeline,
    place: &Place<'_>,
    backfill: &Backfill,
) -> Result<(Option<Vec<String>>, f64), RestructureError> {
    let as_text: Vec<String> = backfill.key.iter().map(|column| format!("source.{}::text", column.name)).collect();
    let order: Vec<String> = backfill.key.iter().map(|column| format!("source.{} DESC", column.name)).collect();
    let sql = format!(
        "SELECT ARRAY[{}], (SELECT greatest(reltuples, 0)::double precision FROM pg_catalog.pg_class \
         WHERE oid = pg_catalog.to_regclass($1)) FROM {} AS source ORDER BY {} LIMIT 1",
        as_text.join(", "),
        backfill.relation,
        order.join(", ")
    );
    let name = backfill.relation.to_string();
    let rows = pipeline.query(&sql, &[(&name, Type::TEXT)]).map_err(|error| RestructureError::Step {
        title: place.step.title.clone(),
        error: Box::new(statement_error(&error, pipeline.is_closed())),
    })?;
    let (bound, expected) = match rows.first() {
        Some(row) => (Some(row.get::<_, Vec<String>>(0)), row.get::<_, Option<f64>>(1).unwrap_or(0.0)),
        None => (None, 0.0),
    };
    pipeline
        .run(Message::Bound(
            include_str!("begin_backfill.sql"),
            &[
                (&place.stage, Type::INT8),
                (&place.step.phase.name(), Type::TEXT),
                (&place.step.number, Type::INT4),
                (&place.state.name(), Type::TEXT),
                (&bound, Type::TEXT_ARRAY),
                (&expected, Type::FLOAT8),
            ],
        ))
        .map_err(|error| RestructureError::Step { title: place.step.title.clone(), error })?;
    Ok((bound, expected))
}

/// $1 checkpoint, $2 upper bound, $3 rows, $4 stage, $5 phase, $6 step. Gives how many rows were visited, and the last key.
fn batch_statement(backfill: &Backfill) -> String {
    let columns: Vec<String> = backfill.key.iter().map(|column| format!("source.{}", column.name)).collect();
    let values = |parameter: &str| -> String {
        let all = backfill
            .key
            .iter()
            .enumerate()
            .map(|(place, column)| format!("CAST((${parameter}::text[])[{}] AS {})", place + 1, column.type_name));
        all.collect::<Vec<_>>().join(", ")
    };
    let key = columns.join(", ");
    let filter = backfill.filter.as_ref().map(|filter| format!("\n      AND ({filter})")).unwrap_or_default();
    // Locked rows come apart from the keys that are visited: one whose key changed while it was waited for would come
    // with the new key, out of turn, and what lies between would be passed over.
    let (visited, locked) = if backfill.lock_rows {
        let same: Vec<String> =
            backfill.key.iter().map(|column| format!("source.{0} = visited.{0}", column.name)).collect();
        let rows = format!(
            ", batch AS MATERIALIZED (
    SELECT source.* FROM visited JOIN {} AS source ON {}{filter}
    FOR SHARE OF source
)",
            backfill.relation,
            same.join(" AND ")
        );
        ("visited", rows)
    } else {
        ("batch", String::new())
    };
    let as_text: Vec<String> = backfill.key.iter().map(|column| format!("{visited}.{}::text", column.name)).collect();
    let last_first: Vec<String> = backfill.key.iter().map(|column| format!("{visited}.{} DESC", column.name)).collect();
    format!(
        "WITH {visited} AS MATERIALIZED (
    SELECT {key} FROM {relation} AS source
    WHERE ($1::text[] IS NULL OR ({key}) > ({after}))
      AND ({key}) <= ({to}){filter}
    ORDER BY {key} LIMIT $3
){locked}, written AS (
    {write}
    RETURNING 1
), last AS (
    SELECT ARRAY[{as_text}] AS key FROM {visited} ORDER BY {last_first} LIMIT 1
), recorded AS (
    UPDATE pgmason.restructure_steps
    SET checkpoint = last.key,
        rows_visited = rows_visited + (SELECT count(*) FROM {visited}),
        rows_written = rows_written + (SELECT count(*) FROM written)
    FROM last
    WHERE stage_id = $4 AND phase = $5 AND number = $6
)
SELECT (SELECT count(*) FROM {visited}), (SELECT key FROM last)",
        relation = backfill.relation,
        after = values("1"),
        to = values("2"),
        write = backfill.write,
        as_text = as_text.join(", "),
        last_first = last_first.join(", "),
    )
}
