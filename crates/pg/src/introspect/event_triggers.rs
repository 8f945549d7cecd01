//! Event triggers.

use pgmason_model::catalog::EventTrigger;
use pgmason_model::{Object, ObjectId, ObjectKind};

use super::IntrospectError;
use super::address::{Address, PG_EVENT_TRIGGER};
use super::builder::Builder;
use super::row::Row;
use super::triggers::{state, trigger_function};

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let trigger = EventTrigger {
        owner: row.identifier("owner")?,
        event: row.text("event")?,
        tags: row.get::<Option<_>>("tags")?.unwrap_or_default(),
        function: trigger_function(row)?,
        state: row.code("state", state)?,
    };
    let id = ObjectId::global(ObjectKind::EventTrigger, row.identifier("name")?);
    builder.add(Address::new(PG_EVENT_TRIGGER, row.get("oid")?), id, Object::EventTrigger(trigger));
    Ok(())
}
