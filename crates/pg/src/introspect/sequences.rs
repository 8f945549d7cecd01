//! Sequences. `owned_by` and `identity` are filled in by `finish`, from the dependencies.

use pgmason_model::catalog::Sequence;
use pgmason_model::{Object, ObjectId, ObjectKind};

use super::IntrospectError;
use super::address::{Address, PG_CLASS};
use super::builder::Builder;
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let name = row.name("schema", "name")?;
    let sequence = Sequence {
        owner: row.identifier("owner")?,
        type_name: row.text("type_name")?,
        start: row.get("start")?,
        increment: row.get("increment")?,
        minimum: row.get("minimum")?,
        maximum: row.get("maximum")?,
        cache: row.get("cache")?,
        cycle: row.get("cycle")?,
        unlogged: row.get("unlogged")?,
        owned_by: None,
        identity: false,
    };
    let id = ObjectId::in_schema(ObjectKind::Sequence, name.schema, name.name);
    builder.add(Address::new(PG_CLASS, row.get("oid")?), id, Object::Sequence(sequence));
    Ok(())
}
