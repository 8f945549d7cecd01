//! Types that are not a table's row type: enums, domains, composite, range and base types.

use pgmason_model::catalog::{Attribute, BaseType, CompositeType, DomainType, EnumType, RangeType};
use pgmason_model::{Identifier, Object, ObjectId, ObjectKind, QualifiedName};

use super::IntrospectError;
use super::address::{Address, PG_CLASS, PG_TYPE};
use super::builder::Builder;
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let name = row.name("schema", "name")?;
    let owner = row.identifier("owner")?;
    let kind = row.code("kind", kind)?;
    let id = ObjectId::in_schema(kind, name.schema, name.name);
    let object = match kind {
        ObjectKind::EnumType => {
            Object::EnumType(EnumType { owner, labels: row.get::<Option<_>>("labels")?.unwrap_or_default() })
        }
        ObjectKind::DomainType => Object::DomainType(domain(row, owner, builder)?),
        ObjectKind::RangeType => Object::RangeType(range(row, owner, builder)?),
        ObjectKind::CompositeType => {
            let attributes = attributes(row, builder)?;
            let relation = row.get("relation")?;
            builder.alias(Address::new(PG_CLASS, relation), id.clone());
            alias_attributes(row, relation, &id, builder)?;
            Object::CompositeType(CompositeType { owner, attributes })
        }
        _ => Object::BaseType(base(row, owner)?),
    };
    for oid in row.get::<Vec<u32>>("oids")? {
        builder.user_types.insert(oid, id.clone());
        builder.alias(Address::new(PG_TYPE, oid), id.clone());
    }
    builder.add(Address::new(PG_TYPE, row.get("oid")?), id, object);
    Ok(())
}

fn kind(code: &str) -> Option<ObjectKind> {
    Some(match code {
        "e" => ObjectKind::EnumType,
        "d" => ObjectKind::DomainType,
        "r" => ObjectKind::RangeType,
        "c" => ObjectKind::CompositeType,
        "b" => ObjectKind::BaseType,
        _ => return None,
    })
}

/// The attributes of a composite type or the columns of a view, from four arrays of one length.
pub(super) fn attributes(row: &Row<'_>, builder: &Builder) -> Result<Vec<Attribute>, IntrospectError> {
    let names = row.get::<Vec<&str>>("attributes")?;
    let types = row.get::<Vec<&str>>("attribute_types")?;
    let collations = row.get::<Vec<u32>>("attribute_collations")?;
    Ok(names
        .into_iter()
        .zip(types)
        .zip(collations)
        .map(|((name, type_name), collation)| Attribute {
            name: Identifier::from(name),
            type_name: type_name.to_owned(),
            collation: builder.collations.get(&collation).cloned(),
        })
        .collect())
}

/// Attributes are no objects of their own, but comments and grants name them as columns.
pub(super) fn alias_attributes(
    row: &Row<'_>,
    relation: u32,
    owner: &ObjectId,
    builder: &mut Builder,
) -> Result<(), IntrospectError> {
    let names = row.get::<Vec<&str>>("attributes")?;
    let numbers = row.get::<Vec<i16>>("attribute_numbers")?;
    for (name, number) in names.into_iter().zip(numbers) {
        let id = ObjectId { kind: ObjectKind::Column, sub: Some(Identifier::from(name)), ..owner.clone() };
        builder.alias(Address::column(relation, i32::from(number)), id);
    }
    Ok(())
}

fn collation(row: &Row<'_>, builder: &Builder) -> Result<Option<QualifiedName>, IntrospectError> {
    let oid = row.get::<Option<u32>>("collation")?.unwrap_or_default();
    Ok(builder.collations.get(&oid).cloned())
}

fn domain(row: &Row<'_>, owner: Identifier, builder: &Builder) -> Result<DomainType, IntrospectError> {
    Ok(DomainType {
        owner,
        base_type: row.text("base_type")?,
        not_null: row.get("not_null")?,
        default: row.get("default")?,
        collation: collation(row, builder)?,
    })
}

fn range(row: &Row<'_>, owner: Identifier, builder: &Builder) -> Result<RangeType, IntrospectError> {
    Ok(RangeType {
        owner,
        subtype: row.text("subtype")?,
        subtype_opclass: row.name("subtype_opclass_schema", "subtype_opclass")?,
        collation: collation(row, builder)?,
        canonical: row.get("canonical")?,
        subtype_diff: row.get("subtype_diff")?,
        multirange: row.optional_name("multirange_schema", "multirange")?,
    })
}

fn base(row: &Row<'_>, owner: Identifier) -> Result<BaseType, IntrospectError> {
    let letter = |text: &str| text.chars().next();
    Ok(BaseType {
        owner,
        input: row.text("input")?,
        output: row.text("output")?,
        length: row.get("length")?,
        by_value: row.get("by_value")?,
        alignment: row.code("alignment", letter)?,
        storage: row.code("storage", letter)?,
        category: row.code("category", letter)?,
    })
}
