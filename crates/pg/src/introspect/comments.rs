//! Comments. The one that an extension's control file gave is the extension's, and not listed.

use pgmason_model::catalog::Comment;
use pgmason_model::{Object, ObjectId};

use super::IntrospectError;
use super::address::{Address, PG_EXTENSION};
use super::builder::Builder;
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let address = Address { class: row.get("class")?, object: row.get("object")?, sub: row.get("sub")? };
    let text = row.text("text")?;
    if address.class == PG_EXTENSION && builder.extension_default_comments.get(&address.object) == Some(&text) {
        return Ok(());
    }
    if let Some(id) = builder.addresses.get(&address) {
        let id = ObjectId::comment(id.clone());
        builder.objects.push((id, Object::Comment(Comment { text })));
    }
    Ok(())
}
