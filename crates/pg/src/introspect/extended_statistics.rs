//! Extended statistics objects.

use pgmason_model::catalog::ExtendedStatistics;
use pgmason_model::{Object, ObjectId, ObjectKind};

use super::IntrospectError;
use super::address::{Address, PG_STATISTIC_EXT};
use super::builder::Builder;
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let Some(table) = builder.relation_name(row.get("relation")?) else { return Ok(()) };
    let statistics = ExtendedStatistics {
        owner: row.identifier("owner")?,
        table,
        definition: row.text("definition")?,
        target: row.get("target")?,
    };
    let name = row.name("schema", "name")?;
    let id = ObjectId::in_schema(ObjectKind::ExtendedStatistics, name.schema, name.name);
    builder.add(Address::new(PG_STATISTIC_EXT, row.get("oid")?), id, Object::ExtendedStatistics(statistics));
    Ok(())
}
