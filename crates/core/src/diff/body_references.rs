//! What the body of a function mentions: PostgreSQL keeps no dependency for a body that is text.
//!
//! Names are matched, nothing is resolved, so there may be too many: they only ever decide an order that is free.

use std::collections::BTreeSet;

use pgmason_model::{Catalog, ObjectId, ObjectKind, QualifiedName};

use crate::expression::{TokenKind, tokens};

pub(super) fn mentioned(catalog: &Catalog, body: &str) -> BTreeSet<ObjectId> {
    let words: BTreeSet<String> = tokens(body)
        .into_iter()
        .filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedName))
        .map(|token| token.value.clone())
        .collect();
    let kinds = [
        ObjectKind::Table,
        ObjectKind::View,
        ObjectKind::MaterializedView,
        ObjectKind::Sequence,
        ObjectKind::Function,
        ObjectKind::EnumType,
        ObjectKind::DomainType,
        ObjectKind::CompositeType,
        ObjectKind::RangeType,
    ];
    let named = |id: &ObjectId| words.contains(id.name.as_str());
    let mut found: BTreeSet<ObjectId> = kinds
        .into_iter()
        .flat_map(|kind| catalog.of_kind(kind))
        .map(|(id, _)| id)
        .filter(|id| named(id))
        .cloned()
        .collect();
    let relations: Vec<QualifiedName> =
        found.iter().filter(|id| id.kind == ObjectKind::Table).filter_map(ObjectId::qualified_name).collect();
    for table in relations {
        let id = ObjectId::in_schema(ObjectKind::Table, table.schema, table.name);
        let columns = catalog.of_relation(ObjectKind::Column, &id).map(|(column, _)| column);
        found.extend(
            columns.filter(|column| column.sub.as_ref().is_some_and(|name| words.contains(name.as_str()))).cloned(),
        );
    }
    found
}
