//! Operator families. Their members are lines of the family, and depend as the family does.

use pgmason_model::catalog::OperatorFamily;
use pgmason_model::{Object, ObjectId, ObjectKind};

use super::IntrospectError;
use super::address::{Address, PG_AMOP, PG_AMPROC, PG_OPFAMILY};
use super::builder::Builder;
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let name = row.name("schema", "name")?;
    let method = row.identifier("method")?;
    let id = ObjectId::sub_object(ObjectKind::OperatorFamily, name.schema, name.name, method);
    for (class, oids) in [(PG_AMOP, "operator_oids"), (PG_AMPROC, "function_oids")] {
        for oid in row.get::<Vec<u32>>(oids)? {
            builder.alias(Address::new(class, oid), id.clone());
        }
    }
    let family = OperatorFamily { owner: row.identifier("owner")?, members: row.get("members")? };
    builder.add(Address::new(PG_OPFAMILY, row.get("oid")?), id, Object::OperatorFamily(family));
    Ok(())
}
