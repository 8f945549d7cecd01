//! Foreign-data wrappers.

use std::collections::BTreeMap;

use pgmason_model::catalog::ForeignDataWrapper;
use pgmason_model::{Object, ObjectId, ObjectKind};

use super::IntrospectError;
use super::address::{Address, PG_FOREIGN_DATA_WRAPPER};
use super::builder::Builder;
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let wrapper = ForeignDataWrapper {
        owner: row.identifier("owner")?,
        handler: row.get("handler")?,
        validator: row.get("validator")?,
        options: without_secrets(row.options("options")?),
    };
    let id = ObjectId::global(ObjectKind::ForeignDataWrapper, row.identifier("name")?);
    builder.add(Address::new(PG_FOREIGN_DATA_WRAPPER, row.get("oid")?), id, Object::ForeignDataWrapper(wrapper));
    Ok(())
}

/// Blanks the values of options whose name says that they are secret: wrappers of web services take keys here.
pub(super) fn without_secrets(mut options: BTreeMap<String, String>) -> BTreeMap<String, String> {
    for (name, value) in &mut options {
        let name = name.to_ascii_lowercase();
        if ["pass", "secret", "token", "key", "credential", "private"].iter().any(|part| name.contains(part)) {
            value.clear();
        }
    }
    options
}
