//! The columns that a project wrote itself, and what their types come down to.

use std::borrow::Cow;

use pgmason_model::{Catalog, Object, ObjectId, ObjectKind};

use crate::rules::naming::words::snake_case;
use crate::schema::{ColumnView, SchemaContext, TableView};

/// Tables whose columns this project decides on: a foreign table's are somebody else's.
pub(super) fn own_tables<'a>(ctx: &SchemaContext<'a>) -> impl Iterator<Item = &'a TableView<'a>> {
    ctx.root_tables().filter(|table| !table.is_foreign())
}

/// Their columns, those left out that a parent table has already.
pub(super) fn own_columns<'a>(ctx: &SchemaContext<'a>) -> impl Iterator<Item = (&'a TableView<'a>, ColumnView<'a>)> {
    own_tables(ctx).flat_map(|table| {
        table.columns.iter().filter(|column| !column.column.inherited).map(move |column| (table, *column))
    })
}

/// The column's type with every domain taken off: `text`, `timestamp without time zone`, `integer[]`.
pub(super) fn base_type<'a>(catalog: &'a Catalog, column: &ColumnView<'a>) -> Cow<'a, str> {
    let mut base: Cow<'a, str> = Cow::Borrowed(&column.column.type_name);
    let mut domain = column.column.user_type.as_ref().filter(|id| id.kind == ObjectKind::DomainType);
    // A domain cannot rest on itself, so this ends; each turn takes one off.
    while let Some(Object::DomainType(below)) = domain.and_then(|id| catalog.get(id)) {
        base = if base.ends_with("[]") {
            Cow::Owned(format!("{}[]", below.base_type))
        } else {
            Cow::Borrowed(&below.base_type)
        };
        domain = domain_named(catalog, &below.base_type);
    }
    base
}

/// The domain of the column's type, and those below it.
pub(super) fn domains<'a>(catalog: &'a Catalog, column: &ColumnView<'a>) -> Vec<&'a ObjectId> {
    let mut found = Vec::new();
    let mut domain = column.column.user_type.as_ref().filter(|id| id.kind == ObjectKind::DomainType);
    while let Some((id, Object::DomainType(below))) = domain.and_then(|id| Some((id, catalog.get(id)?))) {
        found.push(id);
        domain = domain_named(catalog, &below.base_type);
    }
    found
}

/// `format_type` gives a name as an id prints it.
fn domain_named<'a>(catalog: &'a Catalog, type_name: &str) -> Option<&'a ObjectId> {
    // Only names outside of pg_catalog are qualified.
    if !type_name.contains('.') {
        return None;
    }
    catalog.of_kind(ObjectKind::DomainType).map(|(id, _)| id).find(|id| id.to_string() == type_name)
}

/// True for a type that holds text, whatever its length.
pub(super) fn is_text(base_type: &str) -> bool {
    matches!(base_type, "text" | "bpchar" | "citext")
        || base_type.starts_with("character varying")
        || base_type.starts_with("character(")
        || base_type.ends_with(".citext")
}

/// True for `timestamp` with or without time zone, of any precision.
pub(super) fn is_timestamp(base_type: &str) -> bool {
    base_type.starts_with("timestamp") && !base_type.ends_with("[]")
}

/// The type of an array's elements, or the type itself.
pub(super) fn element_type(base_type: &str) -> &str {
    base_type.trim_end_matches("[]")
}

/// True when the column's name is one of the list, whichever way it is written: `createdAt` is `created_at`.
pub(super) fn is_named(column: &ColumnView<'_>, names: &[String]) -> bool {
    let name = column.name.as_str();
    let snake = snake_case(name);
    names.iter().any(|wanted| wanted == name || *wanted == snake)
}

/// `integer` as a person writes an expected type: without the length.
pub(super) fn is_integer(base_type: &str) -> bool {
    matches!(base_type, "smallint" | "integer")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_told_by_what_format_type_prints() {
        for text in ["text", "character varying", "character varying(20)", "character(2)", "public.citext", "bpchar"] {
            assert!(is_text(text), "{text}");
        }
        for other in ["\"char\"", "uuid", "jsonb", "public.mood", "text[]", "boolean"] {
            assert!(!is_text(other), "{other}");
        }
        assert!(is_timestamp("timestamp(3) without time zone"));
        assert!(is_timestamp("timestamp with time zone"));
        assert!(!is_timestamp("timestamp with time zone[]"));
        assert_eq!(element_type("character varying(20)[]"), "character varying(20)");
    }
}
