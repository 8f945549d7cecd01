//! Triggers.

use std::collections::BTreeSet;

use pgmason_model::catalog::{Trigger, TriggerState, TriggerTiming};
use pgmason_model::{Object, ObjectId, ObjectKind};

use super::IntrospectError;
use super::address::{Address, PG_TRIGGER};
use super::builder::Builder;
use super::row::Row;

/// Bits of `tgtype`.
const FOR_EACH_ROW: i16 = 1;
const BEFORE: i16 = 2;
const INSTEAD_OF: i16 = 64;
const EVENTS: [(i16, &str); 4] = [(4, "INSERT"), (8, "DELETE"), (16, "UPDATE"), (32, "TRUNCATE")];

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let relation = row.get("relation")?;
    let Some(id) = builder.sub_object(ObjectKind::Trigger, relation, row.identifier("name")?) else { return Ok(()) };
    let bits: i16 = row.get("type_bits")?;
    let events = EVENTS.iter().filter(|(bit, _)| bits & bit != 0).map(|(_, event)| (*event).to_owned());
    let timing = match bits & (BEFORE | INSTEAD_OF) {
        BEFORE => TriggerTiming::Before,
        0 => TriggerTiming::After,
        _ => TriggerTiming::InsteadOf,
    };
    let trigger = Trigger {
        definition: row.text("definition")?,
        function: trigger_function(row)?,
        timing,
        events: events.collect::<BTreeSet<_>>(),
        for_each_row: bits & FOR_EACH_ROW != 0,
        columns: builder.column_names(relation, &row.get::<Vec<i16>>("columns")?),
        state: row.code("state", state)?,
        constraint: row.get("constraint")?,
        inherited: row.get("inherited")?,
    };
    builder.add(Address::new(PG_TRIGGER, row.get("oid")?), id, Object::Trigger(trigger));
    Ok(())
}

/// The function of a trigger or event trigger, which never has arguments. It may be PostgreSQL's or an extension's own.
pub(super) fn trigger_function(row: &Row<'_>) -> Result<ObjectId, IntrospectError> {
    let name = row.name("function_schema", "function")?;
    Ok(ObjectId::sub_object(ObjectKind::Function, name.schema, name.name, ""))
}

/// `tgenabled`, `evtenabled` and `ev_enabled` share their letters.
pub(super) fn state(code: &str) -> Option<TriggerState> {
    Some(match code {
        "O" => TriggerState::Origin,
        "D" => TriggerState::Disabled,
        "R" => TriggerState::Replica,
        "A" => TriggerState::Always,
        _ => return None,
    })
}
