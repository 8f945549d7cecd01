//! CHECK constraints of domains.

use pgmason_model::catalog::DomainConstraint;
use pgmason_model::{Object, ObjectId, ObjectKind};

use super::IntrospectError;
use super::address::{Address, PG_CONSTRAINT, PG_TYPE};
use super::builder::Builder;
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let Some(domain) = builder.addresses.get(&Address::new(PG_TYPE, row.get("domain")?)) else { return Ok(()) };
    let id = ObjectId { kind: ObjectKind::DomainConstraint, sub: Some(row.identifier("name")?), ..domain.clone() };
    let constraint = DomainConstraint {
        definition: row.text("definition")?,
        expression: row.text("expression")?,
        validated: row.get("validated")?,
    };
    builder.add(Address::new(PG_CONSTRAINT, row.get("oid")?), id, Object::DomainConstraint(constraint));
    Ok(())
}
