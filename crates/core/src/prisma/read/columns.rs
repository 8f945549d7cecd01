//! One field as a column. A field of a model's type is a relation, and no column.

use super::{Context, column_name};
use crate::prisma::defaults::{self, FieldType};
use crate::prisma::place::PrismaError;
use crate::prisma::schema::{PrismaColumn, PrismaDefault};
use crate::prisma::syntax::{Arity, FieldLine, find};
use crate::prisma::types;

pub(super) fn column(field: &FieldLine, context: &Context<'_>) -> Result<Option<PrismaColumn>, PrismaError> {
    let type_name = field.type_name.as_str();
    if context.models.contains_key(type_name) || context.views.contains(type_name) {
        return Ok(None);
    }
    let sql = element_type(field, context)?;
    let known = context.enums.get(type_name);
    let on = FieldType {
        name: type_name,
        sql: &sql,
        arity: field.arity,
        labels: known.map(|known| known.labels.as_slice()),
    };
    let default = match find(&field.attributes, "default") {
        Some(attribute) => defaults::read(attribute, &on)?,
        None => PrismaDefault::None,
    };
    if default == PrismaDefault::AutoIncrement && types::serial(&sql).is_none() {
        return Err(PrismaError::meaning(
            &field.place,
            format!("`autoincrement()` on field `{}` of type {type_name}", field.name),
            "it stands on Int and BigInt only",
        ));
    }
    let list = field.arity == Arity::List;
    let database_only = |name: &str| match name {
        "map" => true,
        "default" => default != PrismaDefault::None,
        name => name.contains('.'),
    };
    let others = field.attributes.iter().filter(|attribute| !database_only(&attribute.name));
    let other_attributes = others.map(ToString::to_string).collect();
    Ok(Some(PrismaColumn {
        field: field.name.clone(),
        name: column_name(field)?,
        type_name: if list { format!("{sql}[]") } else { sql },
        list,
        required: field.arity == Arity::Required,
        default,
        other_attributes,
        place: field.place.clone(),
    }))
}

/// As DDL writes it, without `[]`.
pub(super) fn element_type(field: &FieldLine, context: &Context<'_>) -> Result<String, PrismaError> {
    if let Some(verbatim) = &field.unsupported {
        return Ok(verbatim.clone());
    }
    let type_name = field.type_name.as_str();
    if let Some(known) = context.enums.get(type_name) {
        return Ok(known.type_name.to_string());
    }
    let Some(scalar) = types::scalar(type_name) else {
        return Err(PrismaError::meaning(
            &field.place,
            format!("nothing is called `{type_name}`, the type of field `{}`", field.name),
            format!("a type is a model, an enum or one of {}", names_of_scalars()),
        ));
    };
    let prefix = format!("{}.", context.source.name);
    let native = field.attributes.iter().find_map(|attribute| Some((attribute, attribute.name.strip_prefix(&prefix)?)));
    match native {
        Some((attribute, name)) => types::native(attribute, name, type_name),
        None => match field.attributes.iter().find(|attribute| attribute.name.contains('.')) {
            Some(attribute) => Err(PrismaError::meaning(
                &attribute.place,
                format!("`@{}` is for another datasource than `{}`", attribute.name, context.source.name),
                format!("write `@{prefix}…`"),
            )),
            None => Ok(scalar.to_owned()),
        },
    }
}

fn names_of_scalars() -> String {
    types::SCALARS.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}
