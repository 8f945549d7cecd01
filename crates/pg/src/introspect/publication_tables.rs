//! Tables of publications: fields of their publication, and depending as it does.

use pgmason_model::Object;
use pgmason_model::catalog::PublicationTable;

use super::IntrospectError;
use super::address::{Address, PG_PUBLICATION, PG_PUBLICATION_REL};
use super::builder::Builder;
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let Some(id) = builder.addresses.get(&Address::new(PG_PUBLICATION, row.get("publication")?)).cloned() else {
        return Ok(());
    };
    let columns = row.get::<Option<Vec<&str>>>("columns")?;
    let table = PublicationTable {
        table: row.name("schema", "name")?,
        columns: columns.map(|columns| columns.into_iter().map(Into::into).collect()),
        filter: row.get("filter")?,
    };
    let publication = builder.objects.iter_mut().rev().find(|(other, _)| *other == id);
    if let Some((_, Object::Publication(publication))) = publication {
        publication.tables.push(table);
    }
    builder.alias(Address::new(PG_PUBLICATION_REL, row.get("oid")?), id);
    Ok(())
}
