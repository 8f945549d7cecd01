//! User mappings, with the names of their options alone.

use pgmason_model::catalog::UserMapping;
use pgmason_model::{Identifier, Object, ObjectId, ObjectKind};

use super::IntrospectError;
use super::address::{Address, PG_USER_MAPPING};
use super::builder::Builder;
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let server = row.identifier("server")?;
    let user: Identifier = row.identifier("user")?;
    if row.get("hidden")? {
        builder.unreadable.insert(
            format!("options of the user mapping for {user} on {server}"),
            "only its user and the server's owner may see them".to_owned(),
        );
    }
    let id = ObjectId { sub: Some(user), ..ObjectId::global(ObjectKind::UserMapping, server) };
    let mapping = UserMapping { option_names: row.get::<Vec<String>>("option_names")?.into_iter().collect() };
    builder.add(Address::new(PG_USER_MAPPING, row.get("oid")?), id, Object::UserMapping(mapping));
    Ok(())
}
