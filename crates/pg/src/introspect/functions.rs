//! Functions, procedures, aggregates and window functions.

use pgmason_model::catalog::{Function, FunctionKind, Volatility};
use pgmason_model::{Object, ObjectId, ObjectKind};

use super::IntrospectError;
use super::address::{Address, PG_PROC};
use super::builder::Builder;
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let name = row.name("schema", "name")?;
    let id = ObjectId::sub_object(ObjectKind::Function, name.schema, name.name, row.get::<&str>("identity_arguments")?);
    let kind = row.code("kind", kind)?;
    let function = Function {
        owner: row.identifier("owner")?,
        kind,
        arguments: row.text("arguments")?,
        returns: if kind == FunctionKind::Procedure { None } else { row.get("returns")? },
        language: row.identifier("language")?,
        body: row.text("body")?,
        definition: row.text("definition")?,
        security_definer: row.get("security_definer")?,
        volatility: row.code("volatility", volatility)?,
        strict: row.get("strict")?,
        leakproof: row.get("leakproof")?,
        parallel: row.code("parallel", parallel)?.to_owned(),
        settings: row.options("settings")?,
        is_trigger: row.get("is_trigger")?,
    };
    builder.add(Address::new(PG_PROC, row.get("oid")?), id, Object::Function(function));
    Ok(())
}

fn kind(code: &str) -> Option<FunctionKind> {
    Some(match code {
        "f" => FunctionKind::Function,
        "p" => FunctionKind::Procedure,
        "a" => FunctionKind::Aggregate,
        "w" => FunctionKind::Window,
        _ => return None,
    })
}

fn volatility(code: &str) -> Option<Volatility> {
    Some(match code {
        "i" => Volatility::Immutable,
        "s" => Volatility::Stable,
        "v" => Volatility::Volatile,
        _ => return None,
    })
}

fn parallel(code: &str) -> Option<&'static str> {
    Some(match code {
        "u" => "unsafe",
        "r" => "restricted",
        "s" => "safe",
        _ => return None,
    })
}
