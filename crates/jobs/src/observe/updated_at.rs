//! Updates a row of each table with an `updated_at` column and looks whether the column moved.
//!
//! Every experiment runs in a transaction that is rolled back. The row is put in with triggers and foreign keys asleep
//! and with checks and NOT NULL out of the way, so that only the update itself is on trial.

use std::collections::BTreeMap;

use pgmason_core::observations::UpdatedAt;
use pgmason_core::schema::{ColumnView, Schema, TableView};
use pgmason_model::catalog::{ConstraintKind, TableKind, TriggerState};
use pgmason_model::identifier::quote_literal;
use pgmason_model::{Identifier, Object, ObjectId};
use postgres::{Client, SimpleQueryMessage};

use crate::JobError;

/// Long before any migration runs.
const PAST: &str = "2000-01-01 00:00:00";

pub(super) fn observe(
    schema: &Schema<'_>,
    client: &mut Client,
    secret: Option<&str>,
    column_names: &[String],
    enums: &dyn Fn(&ObjectId) -> Option<Object>,
) -> Result<BTreeMap<ObjectId, UpdatedAt>, JobError> {
    let mut seen = BTreeMap::new();
    for table in schema.tables.iter().filter(|table| !table.is_partition() && !table.is_foreign()) {
        let Some(column) = column_names.iter().find_map(|name| table.column(name)) else { continue };
        let outcome = if could_be_maintained(table) {
            experiment(table, column, client, secret, enums)
        } else {
            // Without a trigger for UPDATE nothing can change the column.
            UpdatedAt::NotMaintained
        };
        seen.insert(table.id.clone(), outcome);
    }
    Ok(seen)
}

fn could_be_maintained(table: &TableView<'_>) -> bool {
    table
        .triggers
        .iter()
        .any(|(_, trigger)| trigger.events.contains("UPDATE") && trigger.state != TriggerState::Disabled)
}

fn experiment(
    table: &TableView<'_>,
    column: ColumnView<'_>,
    client: &mut Client,
    secret: Option<&str>,
    enums: &dyn Fn(&ObjectId) -> Option<Object>,
) -> UpdatedAt {
    if table.table.kind == TableKind::Partitioned {
        return UpdatedAt::NotObserved("a partitioned table takes no row before its partitions are chosen".to_owned());
    }
    let Some(sql) = script(table, column, enums) else {
        return UpdatedAt::NotObserved("no value is known for a key column of its type".to_owned());
    };
    let outcome = run(client, secret, &sql);
    let rolled_back = client.batch_execute("ROLLBACK");
    match (outcome, rolled_back) {
        (Ok(messages), Ok(())) => match answer(&messages) {
            Some(true) => UpdatedAt::Maintained,
            Some(false) => UpdatedAt::NotMaintained,
            None => UpdatedAt::NotObserved("the row was gone after the update".to_owned()),
        },
        (Err(error), _) | (_, Err(error)) => UpdatedAt::NotObserved(crate::error::server_words(&error)),
    }
}

/// The experiment's SQL.
struct Script {
    /// Makes the table take a nearly empty row.
    loosen: String,
    /// Runs with triggers and foreign keys asleep.
    insert: String,
    /// The update on trial, and the question that it is about.
    update: String,
}

fn run(client: &mut Client, secret: Option<&str>, script: &Script) -> Result<Vec<SimpleQueryMessage>, postgres::Error> {
    client.batch_execute(&script.loosen)?;
    set_replication_role(client, secret, "replica")?;
    client.batch_execute(&script.insert)?;
    set_replication_role(client, secret, "origin")?;
    client.simple_query(&script.update)
}

/// The secret travels as a bound parameter of a statement of its own: a trigger can read the text of the query that
/// fired it.
fn set_replication_role(client: &mut Client, secret: Option<&str>, role: &str) -> Result<(), postgres::Error> {
    const ELEVATE: &str = "SELECT pgmason_scratch.elevate($1, $2, 'on')";
    if let Some(secret) = secret {
        client.execute(ELEVATE, &[&secret, &"on"])?;
    }
    client.batch_execute(&format!("SET LOCAL session_replication_role = {role}"))?;
    if let Some(secret) = secret {
        client.execute(ELEVATE, &[&secret, &"off"])?;
    }
    Ok(())
}

fn script(
    table: &TableView<'_>,
    column: ColumnView<'_>,
    enums: &dyn Fn(&ObjectId) -> Option<Object>,
) -> Option<Script> {
    let name = table.id.to_string();
    let key: Vec<&Identifier> = table.primary_key().map(|key| key.columns.iter().collect()).unwrap_or_default();
    let mut loosened = String::from("BEGIN;\n");
    for change in loosen(table, &key) {
        loosened.push_str(&format!("ALTER TABLE {name} {change};\n"));
    }
    let mut columns = vec![column.name.to_string()];
    let mut values = vec![quote_literal(PAST)];
    for part in &key {
        let part = table.column(part.as_str())?;
        let filled = part.default.is_some() || part.column.identity.is_some() || part.column.generated.is_some();
        if !filled && part.name != column.name {
            columns.push(part.name.to_string());
            values.push(value(part, enums)?);
        }
    }
    let insert = format!("INSERT INTO {name} ({}) VALUES ({})", columns.join(", "), values.join(", "));
    // A trigger may act only when a value differs, so one does.
    let changed = table.columns.iter().find_map(|other| {
        let is_free = other.name != column.name
            && !key.contains(&other.name)
            && other.column.generated.is_none()
            && !table.foreign_keys().any(|key| key.columns.contains(other.name));
        if is_free { Some((other.name, value(*other, enums)?)) } else { None }
    });
    let assignment = match changed {
        Some((other, value)) => format!("{other} = CASE WHEN {other} IS DISTINCT FROM {value} THEN {value} END"),
        None => format!("{0} = {0}", column.name),
    };
    let update = format!(
        "UPDATE {name} SET {assignment};\nSELECT {} IS DISTINCT FROM {} FROM {name};\n",
        column.name,
        quote_literal(PAST)
    );
    Some(Script { loosen: loosened, insert, update })
}

/// What would keep a nearly empty row out.
fn loosen(table: &TableView<'_>, key: &[&Identifier]) -> Vec<String> {
    let checks = table
        .constraints
        .iter()
        .filter(|(_, constraint)| constraint.kind == ConstraintKind::Check && !constraint.inherited)
        .map(|(name, _)| format!("DROP CONSTRAINT {name}"));
    let not_null = table
        .columns
        .iter()
        .filter(|column| column.column.not_null && column.column.identity.is_none() && !key.contains(&column.name))
        .map(|column| format!("ALTER COLUMN {} DROP NOT NULL", column.name));
    checks.chain(not_null).collect()
}

/// Some value of the column's type, as SQL.
fn value(column: ColumnView<'_>, enums: &dyn Fn(&ObjectId) -> Option<Object>) -> Option<String> {
    let type_name = column.column.type_name.as_str();
    if type_name.ends_with("[]") {
        return Some(format!("'{{}}'::{type_name}"));
    }
    if let Some(id) = &column.column.user_type {
        return match enums(id) {
            Some(Object::EnumType(labels)) => Some(format!("{}::{type_name}", quote_literal(labels.labels.last()?))),
            _ => None,
        };
    }
    let base = type_name.split('(').next().unwrap_or(type_name).trim();
    let text = match base {
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" | "oid" => "1",
        "text" | "character varying" | "character" | "name" => "x",
        "uuid" => "00000000-0000-4000-8000-000000000001",
        "boolean" => "true",
        "json" | "jsonb" => "{}",
        "date" => "2001-01-01",
        "bytea" => "",
        "inet" | "cidr" => "127.0.0.1",
        "interval" => "1 day",
        _ if base.starts_with("timestamp") => "2001-01-01 00:00:00",
        _ if base.starts_with("time") => "01:00:00",
        _ => return None,
    };
    Some(format!("{}::{type_name}", quote_literal(text)))
}

/// The one row of the script's last query.
fn answer(messages: &[SimpleQueryMessage]) -> Option<bool> {
    messages.iter().rev().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row.get(0) == Some("t")),
        _ => None,
    })
}
