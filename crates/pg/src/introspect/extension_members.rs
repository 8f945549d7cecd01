//! Members of extensions: never listed, but an edge to one is an edge to its extension.

use super::IntrospectError;
use super::address::Address;
use super::builder::Builder;
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let address = Address::new(row.get("class")?, row.get("object")?);
    builder.extension_members.insert(address, row.get("extension")?);
    Ok(())
}
