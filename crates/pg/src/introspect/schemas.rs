//! Schemas, without PostgreSQL's own.

use pgmason_model::catalog::Schema;
use pgmason_model::{Object, ObjectId, ObjectKind};

use super::IntrospectError;
use super::address::{Address, PG_NAMESPACE};
use super::builder::Builder;
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let id = ObjectId::global(ObjectKind::Schema, row.identifier("name")?);
    let schema = Schema { owner: row.identifier("owner")? };
    builder.add(Address::new(PG_NAMESPACE, row.get("oid")?), id, Object::Schema(schema));
    Ok(())
}
