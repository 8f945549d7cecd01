//! From the text's blocks to what they say about the database.

mod columns;
mod datasource;
mod keys;
mod relations;

use std::collections::{BTreeMap, BTreeSet};

use pgmason_model::{Identifier, QualifiedName};

use super::place::{Place, PrismaError};
use super::schema::{PrismaEnum, PrismaModel, PrismaSchema, PrismaVersion};
use super::syntax::{Attribute, Document, FieldLine, ModelBlock, ModelKeyword, find};

/// Reads the document as Prisma of that version would. `files`: what an error calls the whole.
pub fn read(document: &Document, version: PrismaVersion, files: &str) -> Result<PrismaSchema, PrismaError> {
    let source = datasource::read(document, files)?;
    let context = Context::new(document, &source)?;
    let mut models = Vec::new();
    for block in context.models.values() {
        models.push(model(block, &context)?);
    }
    models.sort_by(|a: &PrismaModel, b| a.place.cmp(&b.place));
    let mut tables = BTreeMap::new();
    for model in &models {
        if let Some(other) = tables.insert(&model.table, &model.name) {
            return Err(PrismaError::meaning(
                &model.place,
                format!("models {other} and {} are the same table {}", model.name, model.table),
                "give one of them another name: `@@map(\"…\")`",
            ));
        }
    }
    let enums = context
        .enums
        .values()
        .map(|known| PrismaEnum {
            name: known.name.to_owned(),
            type_name: known.type_name.clone(),
            labels: known.labels.iter().map(|(_, label)| label.clone()).collect(),
            place: known.place.clone(),
        })
        .collect();
    let views = document.models.iter().filter(|block| block.keyword == ModelKeyword::View);
    Ok(PrismaSchema {
        version,
        join_tables: relations::join_tables(&context, &models)?,
        views: views.map(|block| block.name.clone()).collect(),
        schemas: source.schemas,
        foreign_keys: source.foreign_keys,
        preview_features: source.preview_features,
        extensions: source.extensions,
        enums,
        models,
    })
}

/// What names stand for.
struct Context<'a> {
    models: BTreeMap<&'a str, &'a ModelBlock>,
    views: BTreeSet<&'a str>,
    enums: BTreeMap<&'a str, KnownEnum<'a>>,
    source: &'a datasource::Source,
}

struct KnownEnum<'a> {
    name: &'a str,
    type_name: QualifiedName,
    /// `(name, label)`.
    labels: Vec<(String, String)>,
    place: Place,
}

impl<'a> Context<'a> {
    fn new(document: &'a Document, source: &'a datasource::Source) -> Result<Self, PrismaError> {
        let mut context = Self { models: BTreeMap::new(), views: BTreeSet::new(), enums: BTreeMap::new(), source };
        let mut seen = BTreeMap::new();
        let mut once = |name: &'a str, place: &'a Place| match seen.insert(name, place) {
            Some(first) => Err(PrismaError::meaning(
                place,
                format!("`{name}` is there already, at {first}"),
                "give one of them another name",
            )),
            None => Ok(()),
        };
        for block in &document.models {
            once(&block.name, &block.place)?;
            match block.keyword {
                ModelKeyword::Model => drop(context.models.insert(&block.name, block)),
                ModelKeyword::View => drop(context.views.insert(&block.name)),
                ModelKeyword::Type => {
                    return Err(PrismaError::meaning(
                        &block.place,
                        format!("composite type `{}`: Prisma has them for MongoDB only", block.name),
                        "make a model of it, or a field of type Json",
                    ));
                }
            }
        }
        for block in &document.enums {
            once(&block.name, &block.place)?;
            let labels = block
                .values
                .iter()
                .map(|value| Ok((value.name.clone(), mapped(&value.attributes)?.unwrap_or_else(|| value.name.clone()))))
                .collect::<Result<Vec<_>, PrismaError>>()?;
            if labels.is_empty() {
                let message = format!("enum `{}` has no values", block.name);
                return Err(PrismaError::meaning(&block.place, message, "write one value on each line"));
            }
            let name = mapped(&block.attributes)?.unwrap_or_else(|| block.name.clone());
            let type_name =
                QualifiedName { schema: source.schema_of(&block.attributes, &block.place)?, name: name.into() };
            let known = KnownEnum { name: &block.name, type_name, labels, place: block.place.clone() };
            context.enums.insert(&block.name, known);
        }
        Ok(context)
    }

    fn table_of(&self, block: &ModelBlock) -> Result<QualifiedName, PrismaError> {
        let name = mapped(&block.attributes)?.unwrap_or_else(|| block.name.clone());
        Ok(QualifiedName { schema: self.source.schema_of(&block.attributes, &block.place)?, name: name.into() })
    }
}

fn model(block: &ModelBlock, context: &Context<'_>) -> Result<PrismaModel, PrismaError> {
    let mut seen = BTreeSet::new();
    for field in &block.fields {
        if !seen.insert(&field.name) {
            let message = format!("model {} has two fields `{}`", block.name, field.name);
            return Err(PrismaError::meaning(&field.place, message, "give one of them another name"));
        }
    }
    let mut columns = Vec::new();
    for field in &block.fields {
        columns.extend(columns::column(field, context)?);
    }
    let table = context.table_of(block)?;
    Ok(PrismaModel {
        name: block.name.clone(),
        primary_key: keys::primary_key(block, &table)?,
        indexes: keys::indexes(block, &table, context)?,
        foreign_keys: relations::foreign_keys(block, &table, context)?,
        columns,
        table,
        place: block.place.clone(),
        documentation: block.documentation.clone(),
    })
}

/// The name in the database that `@map` or `@@map` gives.
fn mapped(attributes: &[Attribute]) -> Result<Option<String>, PrismaError> {
    let Some(attribute) = find(attributes, "map") else { return Ok(None) };
    match attribute.argument("name", 0).and_then(|value| value.text()) {
        Some(name) if !name.is_empty() => Ok(Some(name.to_owned())),
        _ => Err(PrismaError::meaning(
            &attribute.place,
            "`map` without a name",
            "write the name in quotes: `@map(\"…\")`",
        )),
    }
}

fn column_name(field: &FieldLine) -> Result<Identifier, PrismaError> {
    Ok(Identifier::from(mapped(&field.attributes)?.unwrap_or_else(|| field.name.clone())))
}

/// The column of a field of the model that an attribute names.
fn column_of(block: &ModelBlock, field: &str, place: &Place) -> Result<Identifier, PrismaError> {
    match block.fields.iter().find(|known| known.name == field) {
        Some(known) => column_name(known),
        None => Err(PrismaError::meaning(
            place,
            format!("model {} has no field `{field}`", block.name),
            "name one of its fields, as the model spells it",
        )),
    }
}
