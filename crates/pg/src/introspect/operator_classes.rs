//! Operator classes of the project, and what index keys have to know about every class.

use pgmason_model::catalog::OperatorClass;
use pgmason_model::{Object, ObjectId, ObjectKind};

use super::IntrospectError;
use super::address::{Address, PG_OPCLASS};
use super::builder::{Builder, OperatorClassFacts};
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let oid = row.get("oid")?;
    let name = row.name("schema", "name")?;
    let facts = OperatorClassFacts {
        name: name.clone(),
        method: row.get("method_oid")?,
        is_default: row.get("is_default")?,
        input_type: row.get("input_type_oid")?,
    };
    if facts.is_default {
        builder.default_classes.insert((facts.method, facts.input_type));
    }
    if row.get("listed")? {
        let class = OperatorClass {
            owner: row.identifier("owner")?,
            family: row.name("family_schema", "family")?,
            input_type: row.text("input_type")?,
            key_type: row.get("key_type")?,
            is_default: facts.is_default,
            members: row.get::<Option<_>>("members")?.unwrap_or_default(),
        };
        let method = row.identifier("method")?;
        let id = ObjectId::sub_object(ObjectKind::OperatorClass, name.schema, name.name, method);
        builder.add(Address::new(PG_OPCLASS, oid), id, Object::OperatorClass(class));
    }
    builder.operator_classes.insert(oid, facts);
    Ok(())
}
