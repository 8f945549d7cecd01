//! Publications.

use pgmason_model::catalog::Publication;
use pgmason_model::{Object, ObjectId, ObjectKind};

use super::IntrospectError;
use super::address::{Address, PG_PUBLICATION, PG_PUBLICATION_NAMESPACE};
use super::builder::Builder;
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let id = ObjectId::global(ObjectKind::Publication, row.identifier("name")?);
    for oid in row.get::<Vec<u32>>("member_oids")? {
        builder.alias(Address::new(PG_PUBLICATION_NAMESPACE, oid), id.clone());
    }
    let publication = Publication {
        owner: row.identifier("owner")?,
        all_tables: row.get("all_tables")?,
        via_partition_root: row.get("via_partition_root")?,
        operations: row.get::<Vec<String>>("operations")?.into_iter().collect(),
        tables: Vec::new(),
        schemas: row.identifiers("schemas")?,
        generated_columns: row.get("generated_columns")?,
    };
    builder.add(Address::new(PG_PUBLICATION, row.get("oid")?), id, Object::Publication(publication));
    Ok(())
}
