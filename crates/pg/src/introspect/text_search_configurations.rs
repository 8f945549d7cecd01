//! Text search configurations, with the dictionaries of each kind of token.

use std::collections::BTreeMap;

use pgmason_model::catalog::TextSearchConfiguration;
use pgmason_model::{Object, ObjectId, ObjectKind, QualifiedName};

use super::IntrospectError;
use super::address::{Address, PG_TS_CONFIG};
use super::builder::Builder;
use super::row::Row;

pub(super) fn decode(row: &Row<'_>, builder: &mut Builder) -> Result<(), IntrospectError> {
    let name = row.name("schema", "name")?;
    let mut mappings: BTreeMap<String, Vec<QualifiedName>> = BTreeMap::new();
    let tokens = row.get::<Option<Vec<String>>>("tokens")?.unwrap_or_default();
    for (token, dictionary) in tokens.into_iter().zip(row.names("dictionary_schemas", "dictionaries")?) {
        mappings.entry(token).or_default().push(dictionary);
    }
    let configuration = TextSearchConfiguration {
        owner: row.identifier("owner")?,
        parser: row.name("parser_schema", "parser")?,
        mappings,
    };
    let id = ObjectId::in_schema(ObjectKind::TextSearchConfiguration, name.schema, name.name);
    builder.add(Address::new(PG_TS_CONFIG, row.get("oid")?), id, Object::TextSearchConfiguration(configuration));
    Ok(())
}
