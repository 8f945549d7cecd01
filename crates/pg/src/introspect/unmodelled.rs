//! Objects that the catalog cannot describe: listed, so that nothing is passed over in silence.

use pgmason_model::catalog::Unmodelled;

use super::IntrospectError;
use super::builder::Builder;
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    builder.unmodelled.push(Unmodelled {
        catalog: row.text("catalog")?,
        schema: row.optional_identifier("schema")?,
        name: row.text("name")?,
    });
    Ok(())
}
