//! Relations: foreign keys where one side holds the columns, a join table where neither does.

use pgmason_model::{Identifier, QualifiedName};

use super::{Context, column_of, columns};
use crate::prisma::names;
use crate::prisma::place::{Place, PrismaError};
use crate::prisma::schema::{Action, JoinSide, JoinTable, PrismaForeignKey, PrismaModel};
use crate::prisma::syntax::{Arity, Attribute, Expression, FieldLine, ModelBlock, find};

pub(super) fn foreign_keys(
    block: &ModelBlock,
    table: &QualifiedName,
    context: &Context<'_>,
) -> Result<Vec<PrismaForeignKey>, PrismaError> {
    let mut found = Vec::new();
    for field in &block.fields {
        let Some(target) = context.models.get(field.type_name.as_str()) else { continue };
        let Some(attribute) = find(&field.attributes, "relation") else { continue };
        let Some(fields) = attribute.named("fields") else { continue };
        if context.source.foreign_keys {
            found.push(foreign_key(block, field, attribute, fields, target, table, context)?);
        }
    }
    Ok(found)
}

fn foreign_key(
    block: &ModelBlock,
    field: &FieldLine,
    attribute: &Attribute,
    fields: &Expression,
    target: &ModelBlock,
    table: &QualifiedName,
    context: &Context<'_>,
) -> Result<PrismaForeignKey, PrismaError> {
    let place = &attribute.place;
    let wrong = |message: String, hint: &str| PrismaError::meaning(place, message, hint);
    let own = words(fields);
    let referenced = attribute.named("references").map(words).unwrap_or_default();
    if own.is_empty() || own.len() != referenced.len() {
        return Err(wrong(
            format!("relation `{}` has {} fields and {} references", field.name, own.len(), referenced.len()),
            "each field refers to one of the other model: `fields: [userId], references: [id]`",
        ));
    }
    let columns = own.iter().map(|name| column_of(block, name, place)).collect::<Result<Vec<_>, _>>()?;
    let referenced_columns =
        referenced.iter().map(|name| column_of(target, name, place)).collect::<Result<Vec<_>, _>>()?;
    let required =
        block.fields.iter().any(|known| own.contains(&known.name.as_str()) && known.arity == Arity::Required);
    let action =
        |name: &str, otherwise: Action| match attribute.named(name).map(|value| value.word().unwrap_or_default()) {
            None => Ok(otherwise),
            Some("Cascade") => Ok(Action::Cascade),
            Some("Restrict") => Ok(Action::Restrict),
            Some("NoAction") => Ok(Action::NoAction),
            Some("SetNull") => Ok(Action::SetNull),
            Some("SetDefault") => Ok(Action::SetDefault),
            Some(other) => Err(wrong(
                format!("`{name}: {other}` is no referential action"),
                "one of Cascade, Restrict, NoAction, SetNull, SetDefault",
            )),
        };
    let parts: Vec<&str> = columns.iter().map(Identifier::as_str).collect();
    let name = match attribute.named("map").and_then(Expression::text) {
        Some(name) => Identifier::from(name),
        None => names::foreign_key(table.name.as_str(), &parts).into(),
    };
    Ok(PrismaForeignKey {
        name,
        references: context.table_of(target)?,
        referenced_columns,
        on_delete: action("onDelete", if required { Action::Restrict } else { Action::SetNull })?,
        on_update: action("onUpdate", Action::Cascade)?,
        columns,
        field: field.name.clone(),
        place: field.place.clone(),
    })
}

fn words(value: &Expression) -> Vec<&str> {
    value.elements().iter().filter_map(Expression::word).collect()
}

/// One side of a relation of many to many, as its field says it.
struct Side<'a> {
    model: &'a ModelBlock,
    field: &'a FieldLine,
    /// Stated, else made of both models' names.
    relation: String,
}

/// Two lists of each other, of the same relation.
pub(super) fn join_tables(context: &Context<'_>, models: &[PrismaModel]) -> Result<Vec<JoinTable>, PrismaError> {
    let mut sides = Vec::new();
    for model in context.models.values() {
        for field in model.fields.iter().filter(|field| field.arity == Arity::List) {
            if !context.models.contains_key(field.type_name.as_str()) {
                continue;
            }
            let attribute = find(&field.attributes, "relation");
            if attribute.is_some_and(|attribute| attribute.named("fields").is_some()) {
                continue;
            }
            let stated = attribute.and_then(|attribute| attribute.argument("name", 0)).and_then(Expression::text);
            let relation = stated.map(str::to_owned).unwrap_or_else(|| {
                let mut pair = [model.name.as_str(), field.type_name.as_str()];
                pair.sort_unstable();
                pair.join("To")
            });
            sides.push(Side { model, field, relation });
        }
    }
    let mut found = Vec::new();
    for (place, a) in sides.iter().enumerate() {
        for b in &sides[place + 1..] {
            let each_other = a.field.type_name == b.model.name && b.field.type_name == a.model.name;
            if each_other && a.relation == b.relation {
                // Models come in the order of their names, which is that of the sides.
                found.push(join_table(a, b, context, models)?);
            }
        }
    }
    Ok(found)
}

fn join_table(
    a: &Side<'_>,
    b: &Side<'_>,
    context: &Context<'_>,
    models: &[PrismaModel],
) -> Result<JoinTable, PrismaError> {
    let side = |side: &Side<'_>| -> Result<JoinSide, PrismaError> {
        let table = context.table_of(side.model)?;
        let key =
            models.iter().find(|model| model.name == side.model.name).and_then(|model| model.primary_key.as_ref());
        match key.map(|key| key.columns.as_slice()) {
            Some([only]) => {
                let type_name = type_of(side.model, &only.name, context)?;
                Ok(JoinSide { table, id: only.name.clone(), type_name })
            }
            _ => Err(no_single_id(&side.field.place, &side.model.name)),
        }
    };
    let sides = [side(a)?, side(b)?];
    let table = QualifiedName { schema: sides[0].table.schema.clone(), name: format!("_{}", a.relation).into() };
    Ok(JoinTable { table, sides, place: a.field.place.clone() })
}

fn type_of(model: &ModelBlock, column: &Identifier, context: &Context<'_>) -> Result<String, PrismaError> {
    for field in &model.fields {
        if super::column_name(field)? == *column {
            return columns::element_type(field, context);
        }
    }
    Err(no_single_id(&model.place, &model.name))
}

fn no_single_id(place: &Place, model: &str) -> PrismaError {
    PrismaError::meaning(
        place,
        format!("a relation of many to many needs a model with a single `@id`, and {model} has none"),
        "write the join table as a model of its own",
    )
}
