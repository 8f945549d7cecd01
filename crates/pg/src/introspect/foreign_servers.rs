//! Foreign servers.

use pgmason_model::catalog::ForeignServer;
use pgmason_model::{Object, ObjectId, ObjectKind};

use super::IntrospectError;
use super::address::{Address, PG_FOREIGN_SERVER};
use super::builder::Builder;
use super::foreign_data_wrappers::without_secrets;
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let server = ForeignServer {
        owner: row.identifier("owner")?,
        wrapper: row.identifier("wrapper")?,
        server_type: row.get("server_type")?,
        version: row.get("version")?,
        options: without_secrets(row.options("options")?),
    };
    let id = ObjectId::global(ObjectKind::ForeignServer, row.identifier("name")?);
    builder.add(Address::new(PG_FOREIGN_SERVER, row.get("oid")?), id, Object::ForeignServer(server));
    Ok(())
}
