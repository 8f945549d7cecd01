//! Casts.

use pgmason_model::catalog::Cast;
use pgmason_model::{Identifier, Object, ObjectId, ObjectKind};

use super::IntrospectError;
use super::address::{Address, PG_CAST};
use super::builder::Builder;
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let cast = Cast {
        function: row.get("function")?,
        context: row.code("context", context)?.to_owned(),
        method: row.code("method", method)?.to_owned(),
    };
    let id = ObjectId {
        sub: Some(Identifier::from(row.get::<&str>("target")?)),
        ..ObjectId::global(ObjectKind::Cast, row.get::<&str>("source")?)
    };
    builder.add(Address::new(PG_CAST, row.get("oid")?), id, Object::Cast(cast));
    Ok(())
}

fn context(code: &str) -> Option<&'static str> {
    Some(match code {
        "i" => "implicit",
        "a" => "assignment",
        "e" => "explicit",
        _ => return None,
    })
}

fn method(code: &str) -> Option<&'static str> {
    Some(match code {
        "f" => "function",
        "i" => "inout",
        "b" => "binary",
        _ => return None,
    })
}
