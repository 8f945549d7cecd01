//! Primary keys, unique and other indexes, of fields and of blocks.

use pgmason_model::{Identifier, QualifiedName, quote_literal};

use super::{Context, column_name, column_of};
use crate::prisma::names;
use crate::prisma::place::PrismaError;
use crate::prisma::schema::{IndexColumn, PrismaIndex, PrismaKey};
use crate::prisma::syntax::{Argument, Attribute, Expression, ModelBlock, find};
use crate::prisma::types;

/// PostgreSQL's index methods, by Prisma's names.
const METHODS: &[(&str, &str)] =
    &[("BTree", "btree"), ("Hash", "hash"), ("Gist", "gist"), ("Gin", "gin"), ("SpGist", "spgist"), ("Brin", "brin")];

pub(super) fn primary_key(block: &ModelBlock, table: &QualifiedName) -> Result<Option<PrismaKey>, PrismaError> {
    let key = |attribute: &Attribute, columns: Vec<IndexColumn>| PrismaKey {
        name: stated_name(attribute).unwrap_or_else(|| names::primary_key(table.name.as_str()).into()),
        columns,
        place: attribute.place.clone(),
    };
    if let Some(attribute) = find(&block.attributes, "id") {
        return Ok(Some(key(attribute, listed_columns(attribute, block)?)));
    }
    for field in &block.fields {
        if let Some(attribute) = find(&field.attributes, "id") {
            return Ok(Some(key(attribute, vec![field_column(attribute, column_name(field)?)])));
        }
    }
    Ok(None)
}

pub(super) fn indexes(
    block: &ModelBlock,
    table: &QualifiedName,
    context: &Context<'_>,
) -> Result<Vec<PrismaIndex>, PrismaError> {
    let mut found = Vec::new();
    for field in &block.fields {
        if let Some(attribute) = find(&field.attributes, "unique") {
            let columns = vec![field_column(attribute, column_name(field)?)];
            found.push(index(attribute, columns, true, block, table, context)?);
        }
    }
    for attribute in &block.attributes {
        match attribute.name.as_str() {
            "unique" | "index" => {
                let columns = listed_columns(attribute, block)?;
                found.push(index(attribute, columns, attribute.name == "unique", block, table, context)?);
            }
            "fulltext" => {
                return Err(PrismaError::meaning(
                    &attribute.place,
                    "`@@fulltext` is for MySQL and MongoDB",
                    "write an index on the text search vector: `@@index([…], type: Gin)`",
                ));
            }
            _ => {}
        }
    }
    Ok(found)
}

fn index(
    attribute: &Attribute,
    columns: Vec<IndexColumn>,
    unique: bool,
    block: &ModelBlock,
    table: &QualifiedName,
    context: &Context<'_>,
) -> Result<PrismaIndex, PrismaError> {
    let wrong = |message: String, hint: &str| PrismaError::meaning(&attribute.place, message, hint);
    let method = match attribute.named("type").map(|value| value.word().unwrap_or_default()) {
        None => "btree",
        Some(name) => match METHODS.iter().find(|(known, _)| *known == name) {
            Some((_, method)) => method,
            None => {
                return Err(wrong(
                    format!("`{name}` is no index method of PostgreSQL"),
                    "one of BTree, Hash, Gist, Gin, SpGist, Brin",
                ));
            }
        },
    };
    let predicate = match attribute.named("where") {
        None => None,
        Some(_) if !context.source.preview_features.contains("partialIndexes") => {
            return Err(wrong(
                "`where:` without the preview feature `partialIndexes`".to_owned(),
                "add it to the generator: `previewFeatures = [\"partialIndexes\"]`",
            ));
        }
        Some(value) => Some(predicate(value, block, attribute)?),
    };
    let parts: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let name = stated_name(attribute).unwrap_or_else(|| {
        let name = if unique { names::unique } else { names::index };
        name(table.name.as_str(), &parts).into()
    });
    Ok(PrismaIndex { name, unique, method: method.to_owned(), columns, predicate, place: attribute.place.clone() })
}

/// `map:`. `name:` is the client's only.
fn stated_name(attribute: &Attribute) -> Option<Identifier> {
    attribute.named("map").and_then(Expression::text).map(Identifier::from)
}

/// The column of an attribute that stands on its field: `@unique(sort: Desc)`.
fn field_column(attribute: &Attribute, name: Identifier) -> IndexColumn {
    IndexColumn { name, descending: is_descending(&attribute.arguments), opclass: None }
}

fn is_descending(arguments: &[Argument]) -> bool {
    arguments.iter().any(|argument| argument.name.as_deref() == Some("sort") && argument.value.word() == Some("Desc"))
}

/// `[a, b(sort: Desc), c(ops: raw("…"))]`.
fn listed_columns(attribute: &Attribute, block: &ModelBlock) -> Result<Vec<IndexColumn>, PrismaError> {
    let wrong = |message: String, hint: &str| PrismaError::meaning(&attribute.place, message, hint);
    // A single field may stand without brackets.
    let elements = attribute.argument("fields", 0).map(Expression::elements).unwrap_or_default();
    if elements.is_empty() {
        return Err(wrong(
            format!("`@@{}` without a list of fields", attribute.name),
            "write the fields in brackets: `@@index([a, b])`",
        ));
    }
    elements
        .iter()
        .map(|element| {
            let (field, arguments): (&str, &[Argument]) = match element {
                Expression::Name(name) => (name, &[]),
                Expression::Call { name, arguments } => (name, arguments),
                _ => {
                    return Err(wrong(
                        format!("`@@{}` lists something that is no field", attribute.name),
                        "name fields",
                    ));
                }
            };
            if arguments.iter().any(|argument| argument.name.as_deref() == Some("length")) {
                return Err(wrong("`length:` is for MySQL".to_owned(), "leave it out"));
            }
            let ops = arguments.iter().find(|argument| argument.name.as_deref() == Some("ops"));
            let opclass = match ops.map(|argument| &argument.value) {
                None => None,
                Some(Expression::Name(name)) => Some(types::operator_class(name)),
                Some(Expression::Call { name, arguments }) if name == "raw" => {
                    arguments.first().and_then(|argument| argument.value.text()).map(str::to_owned)
                }
                Some(_) => return Err(wrong("`ops:` is no operator class".to_owned(), "write `ops: raw(\"…\")`")),
            };
            let name = column_of(block, field, &attribute.place)?;
            Ok(IndexColumn { name, descending: is_descending(arguments), opclass })
        })
        .collect()
}

/// `raw("…")`, or `{ field: value, … }`: all of it has to hold.
fn predicate(value: &Expression, block: &ModelBlock, attribute: &Attribute) -> Result<String, PrismaError> {
    let wrong = || {
        PrismaError::meaning(
            &attribute.place,
            "`where:` is no condition",
            "write `where: raw(\"deleted_at IS NULL\")` or `where: { deletedAt: null }`",
        )
    };
    match value {
        Expression::Call { name, arguments } if name == "raw" => {
            arguments.first().and_then(|argument| argument.value.text()).map(str::to_owned).ok_or_else(wrong)
        }
        Expression::Object(members) if !members.is_empty() => {
            let parts = members
                .iter()
                .map(|(field, value)| {
                    let column = column_of(block, field, &attribute.place)?;
                    let condition = match value {
                        Expression::Object(inner) => match inner.as_slice() {
                            [(not, value)] if not == "not" => condition(value, true),
                            _ => None,
                        },
                        value => condition(value, false),
                    };
                    Ok(format!("{column} {}", condition.ok_or_else(wrong)?))
                })
                .collect::<Result<Vec<_>, PrismaError>>()?;
            Ok(parts.join(" AND "))
        }
        _ => Err(wrong()),
    }
}

fn condition(value: &Expression, not: bool) -> Option<String> {
    let operator = if not { "<>" } else { "=" };
    Some(match value {
        Expression::Name(word) if word == "null" => format!("IS {}NULL", if not { "NOT " } else { "" }),
        Expression::Name(word) if matches!(word.as_str(), "true" | "false") => format!("{operator} {word}"),
        Expression::Number(number) => format!("{operator} {number}"),
        Expression::Text(text) => format!("{operator} {}", quote_literal(text)),
        _ => return None,
    })
}
