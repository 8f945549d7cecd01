//! What must hold between two stages of a run. Every check is a query that changes nothing, with a short deadline.
//!
//! A check that cannot be answered fails, with the reason: silence is no consent.

use std::collections::BTreeMap;

use postgres::{Client, Error, Row, Transaction};
use serde::Serialize;

use crate::configuration::CheckSection;
use crate::error::server_words;

/// How a check went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StageCheck {
    pub name: String,
    pub passed: bool,
    /// What was seen, in words.
    pub said: String,
}

/// What a check is given to answer.
const DEADLINES: &str = "SET LOCAL statement_timeout = '10s'; SET LOCAL lock_timeout = '1s'";
/// More than that of max_connections is nearly none left.
const CONNECTIONS_PERCENT: i64 = 90;
const WAIT_SECONDS: f64 = 30.0;
const TRANSACTION_SECONDS: f64 = 3600.0;
/// Lags that nothing says otherwise of.
const LAG_BYTES: i64 = 64 << 20;
const LAG_SECONDS: f64 = 30.0;

/// Runs the checks of these names; all of them, also after one that fails. `defined`: `[checks]` of the configuration.
pub fn run_checks(client: &mut Client, names: &[String], defined: &BTreeMap<String, CheckSection>) -> Vec<StageCheck> {
    names.iter().map(|name| run_check(client, name, defined.get(name))).collect()
}

fn run_check(client: &mut Client, name: &str, section: Option<&CheckSection>) -> StageCheck {
    let seen = look(client, name, section).unwrap_or_else(|error| Err(server_words(&error)));
    let passed = seen.is_ok();
    StageCheck { name: name.to_owned(), passed, said: seen.unwrap_or_else(|said| said) }
}

/// What was seen: well or not, in words either way.
type Seen = Result<String, String>;

fn look(client: &mut Client, name: &str, section: Option<&CheckSection>) -> Result<Seen, Error> {
    let mut transaction = client.build_transaction().read_only(true).start()?;
    transaction.batch_execute(DEADLINES)?;
    let limits = section.cloned().unwrap_or_default();
    let seen = match (name, &limits.query) {
        ("health", _) => health(&transaction.query_one(include_str!("health.sql"), &[])?)?,
        ("replication-lag", _) => lag(&transaction.query(include_str!("replication_lag.sql"), &[])?, &limits)?,
        (_, Some(query)) => answer(&mut transaction, name, query, &limits)?,
        (_, None) => Err(format!("nobody says what it is: write [checks.{name}] with a query")),
    };
    transaction.rollback()?;
    Ok(seen)
}

fn health(row: &Row) -> Result<Seen, Error> {
    let mut wrong = Vec::new();
    if row.try_get("in_recovery")? {
        wrong.push("the server is in recovery".to_owned());
    }
    let invalid: Vec<String> = row.try_get("invalid_indexes")?;
    if !invalid.is_empty() {
        wrong.push(format!("INVALID indexes: {}", invalid.join(", ")));
    }
    let (used, most): (i64, i64) = (row.try_get("connections")?, row.try_get("max_connections")?);
    if used * 100 >= most * CONNECTIONS_PERCENT {
        wrong.push(format!("{used} of {most} connections are in use"));
    }
    let waiting: Option<f64> = row.try_get("waiting_seconds")?;
    if let Some(seconds) = waiting.filter(|seconds| *seconds > WAIT_SECONDS) {
        wrong.push(format!("a session waits for a lock, in a statement that began {seconds:.0} s ago"));
    }
    let transaction: Option<f64> = row.try_get("transaction_seconds")?;
    if let Some(seconds) = transaction.filter(|seconds| *seconds > TRANSACTION_SECONDS) {
        wrong.push(format!("a transaction is open for {:.0} min", seconds / 60.0));
    }
    let hidden: i64 = row.try_get("hidden")?;
    if hidden > 0 {
        wrong.push(format!("{hidden} sessions cannot be looked at: GRANT pg_read_all_stats to the role"));
    }
    Ok(if wrong.is_empty() {
        Ok(format!("well; {used} of {most} connections are in use"))
    } else {
        Err(wrong.join("; "))
    })
}

fn lag(rows: &[Row], limits: &CheckSection) -> Result<Seen, Error> {
    let (most_bytes, most_seconds) = (limits.max_bytes.unwrap_or(LAG_BYTES), limits.max_seconds.unwrap_or(LAG_SECONDS));
    let mut wrong = Vec::new();
    for row in rows {
        let name: Option<&str> = row.try_get("name")?;
        let name = name.filter(|name| !name.is_empty()).unwrap_or("a standby");
        let bytes: Option<i64> = row.try_get("bytes")?;
        let seconds: Option<f64> = row.try_get("seconds")?;
        if row.try_get("is_hidden")? {
            wrong.push("a standby cannot be looked at: GRANT pg_read_all_stats to the role".to_owned());
        } else if bytes.is_none() {
            wrong.push(format!("{name} has received nothing yet"));
        } else if let Some(bytes) = bytes.filter(|bytes| *bytes > most_bytes) {
            wrong.push(format!("{name} is {bytes} bytes behind, more than {most_bytes}"));
        } else if let Some(seconds) = seconds.filter(|seconds| *seconds > most_seconds) {
            wrong.push(format!("{name} is {seconds:.1} s behind, more than {most_seconds}"));
        }
    }
    Ok(match (wrong.is_empty(), rows.len()) {
        (false, _) => Err(wrong.join("; ")),
        (true, 0) => Ok("no standby is connected".to_owned()),
        (true, 1) => Ok("one standby follows closely".to_owned()),
        (true, standbys) => Ok(format!("{standbys} standbys follow closely")),
    })
}

/// The answer of the project's own query: one number within its limits, or true.
fn answer(transaction: &mut Transaction<'_>, name: &str, query: &str, limits: &CheckSection) -> Result<Seen, Error> {
    // Of one statement only: the server takes no second one inside.
    let query = query.trim().trim_end_matches(';');
    let columns = transaction.prepare(query)?.columns().len();
    if columns != 1 {
        return Ok(Err(format!("the query answers with {columns} columns; it must answer with one")));
    }
    let sql =
        format!("SELECT pg_catalog.pg_typeof(value)::text, value::text FROM (\n{query}\n) AS answer (value) LIMIT 2");
    let rows = transaction.query(&sql, &[])?;
    let [row] = rows.as_slice() else {
        let number = if rows.is_empty() { "no row" } else { "several rows" };
        return Ok(Err(format!("the query answers with {number}; it must answer with one")));
    };
    let (kind, value): (String, Option<String>) = (row.try_get(0)?, row.try_get(1)?);
    let Some(value) = value else { return Ok(Err("the query answers with NULL".to_owned())) };
    if kind == "boolean" {
        return Ok(if value == "true" { Ok(value) } else { Err(value) });
    }
    Ok(match (value.parse::<f64>().ok().filter(|number| !number.is_nan()), limits.max, limits.min) {
        (None, ..) => Err(format!("the query answers with {kind}; it must be a number or a boolean")),
        (_, None, None) => Err(format!("{value}; write max or min into [checks.{name}]")),
        (Some(number), Some(max), _) if number > max => Err(format!("{value}, more than {max}")),
        (Some(number), _, Some(min)) if number < min => Err(format!("{value}, less than {min}")),
        _ => Ok(value),
    })
}
