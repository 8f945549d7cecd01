//! Tables, partitioned and foreign tables.

use pgmason_model::catalog::{PartitionOf, Persistence, Table, TableKind};
use pgmason_model::{Object, ObjectId, ObjectKind};

use super::IntrospectError;
use super::address::{Address, PG_CLASS, PG_TYPE};
use super::builder::Builder;
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let name = row.name("schema", "name")?;
    let id = ObjectId::in_schema(ObjectKind::Table, name.schema, name.name);
    for oid in row.get::<Vec<u32>>("row_types")? {
        builder.alias(Address::new(PG_TYPE, oid), id.clone());
    }
    let mut parents = row.names("parent_schemas", "parent_names")?;
    let partition_of = match row.get::<Option<String>>("bound")? {
        Some(bound) => parents.pop().map(|parent| PartitionOf { parent, bound }),
        None => None,
    };
    let mut options = row.options("options")?;
    options.extend(row.options("toast_options")?.into_iter().map(|(key, value)| (format!("toast.{key}"), value)));
    let table = Table {
        owner: row.identifier("owner")?,
        kind: row.code("kind", kind)?,
        persistence: row.code("persistence", persistence)?,
        partition_key: row.get("partition_key")?,
        partition_of,
        inherits: parents,
        of_type: row.optional_name("of_type_schema", "of_type")?,
        row_security: row.get("row_security")?,
        force_row_security: row.get("force_row_security")?,
        replica_identity: replica_identity(row)?,
        options,
        access_method: row.optional_identifier("access_method")?,
        tablespace: row.optional_identifier("tablespace")?,
        foreign_server: row.optional_identifier("foreign_server")?,
        foreign_options: row.options("foreign_options")?,
    };
    builder.add(Address::new(PG_CLASS, row.get("oid")?), id, Object::Table(table));
    Ok(())
}

fn replica_identity(row: &Row<'_>) -> Result<String, IntrospectError> {
    let index = row.optional_identifier("replica_index")?;
    row.code("replica_identity", |code| {
        Some(match (code, index) {
            ("d", _) => "default".to_owned(),
            ("n", _) => "nothing".to_owned(),
            ("f", _) => "full".to_owned(),
            ("i", Some(index)) => format!("index {index}"),
            // The index was dropped since: PostgreSQL then acts as for NOTHING.
            ("i", None) => "nothing".to_owned(),
            _ => return None,
        })
    })
}

fn kind(code: &str) -> Option<TableKind> {
    Some(match code {
        "r" => TableKind::Ordinary,
        "p" => TableKind::Partitioned,
        "f" => TableKind::Foreign,
        _ => return None,
    })
}

fn persistence(code: &str) -> Option<Persistence> {
    Some(match code {
        "p" => Persistence::Permanent,
        "u" => Persistence::Unlogged,
        "t" => Persistence::Temporary,
        _ => return None,
    })
}
