//! Operators.

use pgmason_model::catalog::Operator;
use pgmason_model::{Object, ObjectId, ObjectKind};

use super::IntrospectError;
use super::address::{Address, PG_OPERATOR};
use super::builder::Builder;
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let name = row.name("schema", "name")?;
    let id = ObjectId::sub_object(ObjectKind::Operator, name.schema, name.name, row.get::<&str>("operands")?);
    let operator = Operator {
        owner: row.identifier("owner")?,
        function: row.text("function")?,
        result: row.text("result")?,
        commutator: row.get("commutator")?,
        negator: row.get("negator")?,
        restrict: row.get("restrict")?,
        join: row.get("join")?,
        hashes: row.get("hashes")?,
        merges: row.get("merges")?,
    };
    builder.add(Address::new(PG_OPERATOR, row.get("oid")?), id, Object::Operator(operator));
    Ok(())
}
