//! Collations of the project, and the names of all that something refers to.

use pgmason_model::catalog::Collation;
use pgmason_model::{Object, ObjectId, ObjectKind};

use super::IntrospectError;
use super::address::{Address, PG_COLLATION};
use super::builder::Builder;
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let oid = row.get("oid")?;
    let name = row.name("schema", "name")?;
    if row.get("listed")? {
        let collation = Collation {
            owner: row.identifier("owner")?,
            provider: row.code("provider", provider)?.to_owned(),
            deterministic: row.get("deterministic")?,
            collate: row.get("collate")?,
            ctype: row.get("ctype")?,
            locale: row.get("locale")?,
            rules: row.get("rules")?,
        };
        let id = ObjectId::in_schema(ObjectKind::Collation, name.schema.clone(), name.name.clone());
        builder.add(Address::new(PG_COLLATION, oid), id, Object::Collation(collation));
    }
    builder.collations.insert(oid, name);
    Ok(())
}

fn provider(code: &str) -> Option<&'static str> {
    Some(match code {
        "i" => "icu",
        "c" => "libc",
        "b" => "builtin",
        "d" => "default",
        _ => return None,
    })
}
