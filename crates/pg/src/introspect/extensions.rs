//! Extensions. Each stands for all its members.

use pgmason_model::catalog::Extension;
use pgmason_model::{Object, ObjectId, ObjectKind};

use super::IntrospectError;
use super::address::{Address, PG_EXTENSION};
use super::builder::Builder;
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let oid = row.get("oid")?;
    if let Some(comment) = row.get::<Option<String>>("default_comment")? {
        builder.extension_default_comments.insert(oid, comment);
    }
    let extension =
        Extension { schema: row.identifier("schema")?, version: row.text("version")?, stand_in: row.get("stand_in")? };
    let id = ObjectId::global(ObjectKind::Extension, row.identifier("name")?);
    builder.add(Address::new(PG_EXTENSION, oid), id, Object::Extension(extension));
    Ok(())
}
