//! Columns of tables, and their defaults, which are objects of their own.

use pgmason_model::catalog::{Column, Default, Generated, Identity};
use pgmason_model::{Object, ObjectId, ObjectKind};

use super::IntrospectError;
use super::address::{Address, PG_ATTRDEF};
use super::builder::{Builder, ColumnFacts};
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let relation = row.get("relation")?;
    let Some(id) = builder.sub_object(ObjectKind::Column, relation, row.identifier("name")?) else { return Ok(()) };
    let address = Address::column(relation, i32::from(row.get::<i16>("number")?));
    let collation = row.get("collation")?;
    let facts = ColumnFacts { type_oid: row.get("base_type_oid")?, collation };
    builder.column_facts.insert(address, facts);

    let mut generated = None;
    if let Some(default_oid) = row.get::<Option<u32>>("default_oid")? {
        let expression = row.text("expression")?;
        let default_address = Address::new(PG_ATTRDEF, default_oid);
        match row.get::<&str>("generated")? {
            "" => {
                let default = Default { expression, sequence: None };
                let default_id = ObjectId { kind: ObjectKind::Default, ..id.clone() };
                builder.add(default_address, default_id, Object::Default(default));
            }
            code => {
                generated = Some(Generated { expression, stored: code == "s" });
                builder.alias(default_address, id.clone());
            }
        }
    }
    let column = Column {
        position: builder.next_position(relation),
        type_name: row.text("type_name")?,
        user_type: builder.user_types.get(&row.get::<u32>("type_oid")?).cloned(),
        not_null: row.get("not_null")?,
        identity: row.code("identity", identity)?,
        generated,
        collation: if row.get("collation_differs")? { builder.collations.get(&collation).cloned() } else { None },
        storage: match row.get::<Option<&str>>("storage")? {
            Some(_) => Some(row.code("storage", storage)?.to_owned()),
            None => None,
        },
        compression: row.code("compression", compression)?,
        statistics_target: row.get("statistics_target")?,
        inherited: row.get("inherited")?,
        options: row.options("options")?,
        foreign_options: row.options("foreign_options")?,
    };
    builder.add(address, id, Object::Column(column));
    Ok(())
}

fn identity(code: &str) -> Option<Option<Identity>> {
    Some(match code {
        "" => None,
        "a" => Some(Identity::Always),
        "d" => Some(Identity::ByDefault),
        _ => return None,
    })
}

fn storage(code: &str) -> Option<&'static str> {
    Some(match code {
        "p" => "plain",
        "e" => "external",
        "x" => "extended",
        "m" => "main",
        _ => return None,
    })
}

fn compression(code: &str) -> Option<Option<String>> {
    Some(match code {
        "" | "\0" => None,
        "p" => Some("pglz".to_owned()),
        "l" => Some("lz4".to_owned()),
        _ => return None,
    })
}
