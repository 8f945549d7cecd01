//! What to write into a Prisma schema so that it says what the database has.

use pgmason_model::catalog::{Column, Constraint, Index};
use pgmason_model::{Catalog, Identifier, ObjectId};

use super::{DifferenceClass, SchemaEdit};
use crate::prisma::place::Place;
use crate::prisma::print;
use crate::prisma::schema::{PrismaColumn, PrismaModel, PrismaSchema};

fn at(place: Option<&Place>, model: Option<&PrismaModel>, field: Option<&str>, change: String) -> SchemaEdit {
    SchemaEdit {
        place: place.or(model.map(|model| &model.place)).cloned(),
        model: model.map(|model| model.name.clone()),
        field: field.map(str::to_owned),
        change,
    }
}

pub(super) fn enumeration(
    schema: &PrismaSchema,
    id: &ObjectId,
    wanted: Option<&Vec<String>>,
    has: Option<&Vec<String>>,
) -> SchemaEdit {
    let known = schema.enums.iter().find(|known| Some(&known.type_name) == id.qualified_name().as_ref());
    let name = known.map_or(id.name.as_str(), |known| known.name.as_str());
    let change = match (wanted, has) {
        (_, None) => format!("remove enum {name}"),
        (None, Some(labels)) => {
            let values: Vec<String> = labels.iter().map(|label| format!("  {}", print::enum_value(label))).collect();
            let lines = [values.join("\n"), print::schema_line(schema, &id.schema)].concat();
            format!("add\nenum {name} {{\n{lines}\n}}")
        }
        (Some(wanted), Some(has)) => {
            let without = |list: &[String], other: &[String]| -> Vec<String> {
                list.iter().filter(|label| !other.contains(label)).map(|label| print::enum_value(label)).collect()
            };
            let parts = [("add", without(has, wanted)), ("remove", without(wanted, has))];
            let parts = parts.into_iter().filter(|(_, values)| !values.is_empty());
            parts.map(|(verb, values)| format!("{verb} {}", values.join(", "))).collect::<Vec<_>>().join(", ")
        }
    };
    at(known.map(|known| &known.place), None, None, change)
}

pub(super) fn table(
    schema: &PrismaSchema,
    found: &Catalog,
    id: &ObjectId,
    model: Option<&PrismaModel>,
    wanted: bool,
) -> SchemaEdit {
    let change = match (wanted, model) {
        (true, Some(model)) => format!("remove model {}", model.name),
        (true, None) => "remove the two lists that make this relation of many to many".to_owned(),
        (false, _) => format!("add\n{}", print::model(schema, found, id)),
    };
    let join = schema.join_tables.iter().find(|join| Some(&join.table) == id.qualified_name().as_ref());
    at(join.map(|join| &join.place), model, None, change)
}

pub(super) fn column(
    schema: &PrismaSchema,
    found: &Catalog,
    id: &ObjectId,
    model: Option<&PrismaModel>,
    field: Option<&PrismaColumn>,
    has: Option<&Column>,
) -> SchemaEdit {
    let name = field.map(|field| field.field.as_str());
    let change = match (has, field) {
        (None, _) => format!("remove field {}", name.unwrap_or_default()),
        (Some(has), _) => {
            let line = print::field(schema, found, id, has, field);
            if field.is_some() { format!("make it `{line}`") } else { format!("add `{line}`") }
        }
    };
    at(field.map(|field| &field.place), model, name, change)
}

pub(super) fn primary_key(
    model: Option<&PrismaModel>,
    id: &ObjectId,
    has: Option<&Constraint>,
    class: DifferenceClass,
) -> SchemaEdit {
    let key = model.and_then(|model| model.primary_key.as_ref());
    let change = match has {
        _ if model.is_none() => {
            "the join table is another version's: state the one that the project uses, `[prisma] version` in pgmason.toml".to_owned()
        }
        None => "remove the `@id`".to_owned(),
        Some(_) if class == DifferenceClass::NameOnly => {
            let name = id.sub.as_ref().map(Identifier::as_str).unwrap_or_default();
            format!("give the id its name: `map: {}`", print::quoted(name))
        }
        Some(has) => format!("make the id `@@id([{}])`", print::fields(model, &has.columns)),
    };
    at(key.map(|key| &key.place), model, None, change)
}

pub(super) fn foreign_key(
    schema: &PrismaSchema,
    model: Option<&PrismaModel>,
    id: &ObjectId,
    has: Option<&Constraint>,
    class: DifferenceClass,
    name: Option<&Identifier>,
) -> SchemaEdit {
    let key = model.and_then(|model| model.foreign_keys.iter().find(|key| id.sub.as_ref() == Some(&key.name)));
    let change = match (has, class, name) {
        (_, DifferenceClass::NameOnly, Some(name)) => {
            format!("give the relation its name: `map: {}`", print::quoted(name.as_str()))
        }
        (None, ..) => "remove the relation's `fields` and `references`, or the relation".to_owned(),
        (Some(has), ..) => {
            let relation = print::relation(schema, model, has);
            if key.is_some() { format!("make it `{relation}`") } else { format!("add a relation `{relation}`") }
        }
    };
    at(key.map(|key| &key.place), model, key.map(|key| key.field.as_str()), change)
}

pub(super) fn index(
    schema: &PrismaSchema,
    _found: &Catalog,
    model: Option<&PrismaModel>,
    (id, table): (&ObjectId, &ObjectId),
    has: Option<&Index>,
    name: Option<&Identifier>,
) -> SchemaEdit {
    let stated = model.and_then(|model| model.indexes.iter().find(|index| index.name == id.name));
    let join = schema.join_tables.iter().find(|join| Some(&join.table) == table.qualified_name().as_ref());
    let change = match (has, name) {
        _ if join.is_some() => {
            "the join table is another version's: state the one that the project uses, `[prisma] version` in pgmason.toml".to_owned()
        }
        (_, Some(name)) => format!("give the index its name: `map: {}`", print::quoted(name.as_str())),
        (None, None) => "remove the index".to_owned(),
        (Some(has), None) => {
            let line = print::index(model, &id.name, has);
            if stated.is_some() { format!("make it `{line}`") } else { format!("add `{line}`") }
        }
    };
    at(stated.map(|index| &index.place).or(join.map(|join| &join.place)), model, None, change)
}
