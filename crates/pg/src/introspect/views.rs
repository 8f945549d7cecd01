//! Views and materialized views.

use pgmason_model::catalog::{Default, MaterializedView, View};
use pgmason_model::{Object, ObjectId, ObjectKind};

use super::IntrospectError;
use super::address::{Address, PG_ATTRDEF, PG_CLASS, PG_TYPE};
use super::builder::Builder;
use super::row::{Row, is_true};
use super::types::{alias_attributes, attributes};

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let name = row.name("schema", "name")?;
    let oid = row.get("oid")?;
    let materialized: bool = row.get("materialized")?;
    let kind = if materialized { ObjectKind::MaterializedView } else { ObjectKind::View };
    let id = ObjectId::in_schema(kind, name.schema, name.name);
    for row_type in row.get::<Vec<u32>>("row_types")? {
        builder.alias(Address::new(PG_TYPE, row_type), id.clone());
    }
    alias_attributes(row, oid, &id, builder)?;

    let owner = row.identifier("owner")?;
    let definition = row.text("definition")?;
    let columns = attributes(row, builder)?;
    let options = row.options("options")?;
    let object = if materialized {
        Object::MaterializedView(MaterializedView {
            owner,
            definition,
            columns,
            populated: row.get("populated")?,
            options,
            access_method: row.optional_identifier("access_method")?,
            tablespace: row.optional_identifier("tablespace")?,
        })
    } else {
        let is_set = |option: &str| options.get(option).is_some_and(|value| is_true(value));
        Object::View(View {
            owner,
            definition,
            columns,
            security_invoker: is_set("security_invoker"),
            security_barrier: is_set("security_barrier"),
            check_option: options.get("check_option").cloned(),
        })
    };
    builder.add(Address::new(PG_CLASS, oid), id.clone(), object);
    defaults(row, oid, &id, builder)
}

/// `ALTER VIEW … ALTER COLUMN … SET DEFAULT`: what an INSERT into the view fills in.
fn defaults(row: &Row<'_>, view: u32, id: &ObjectId, builder: &mut Builder) -> Result<(), IntrospectError> {
    let oids = row.get::<Vec<u32>>("default_oids")?;
    let numbers = row.get::<Vec<i16>>("default_numbers")?;
    let expressions = row.get::<Vec<String>>("default_expressions")?;
    for ((oid, number), expression) in oids.into_iter().zip(numbers).zip(expressions) {
        let Some(column) = builder.column_name(view, i32::from(number)) else { continue };
        let id = ObjectId { kind: ObjectKind::Default, sub: Some(column), ..id.clone() };
        let default = Default { expression, sequence: None };
        builder.add(Address::new(PG_ATTRDEF, oid), id, Object::Default(default));
    }
    Ok(())
}
