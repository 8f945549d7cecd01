//! What a database has, in Prisma's words: lines to be written into a schema.

use std::fmt::Write as _;

use pgmason_model::catalog::{Column, Constraint, ConstraintKind, ForeignKeyAction, Index};
use pgmason_model::{Catalog, Identifier, Object, ObjectId, ObjectKind};

use super::compare::defaults::{self, Filled};
use super::names;
use super::schema::{PrismaColumn, PrismaModel, PrismaSchema};

/// `(PostgreSQL's name, Prisma's type, native type where Prisma's own is another)`, modifiers cut off.
const TYPES: &[(&str, &str, Option<&str>)] = &[
    ("integer", "Int", None),
    ("smallint", "Int", Some("SmallInt")),
    ("oid", "Int", Some("Oid")),
    ("bigint", "BigInt", None),
    ("double precision", "Float", None),
    ("real", "Float", Some("Real")),
    ("numeric", "Decimal", Some("Decimal")),
    ("money", "Decimal", Some("Money")),
    ("boolean", "Boolean", None),
    ("text", "String", None),
    ("character varying", "String", Some("VarChar")),
    ("character", "String", Some("Char")),
    ("uuid", "String", Some("Uuid")),
    ("inet", "String", Some("Inet")),
    ("xml", "String", Some("Xml")),
    ("bit", "String", Some("Bit")),
    ("bit varying", "String", Some("VarBit")),
    ("timestamp without time zone", "DateTime", Some("Timestamp")),
    ("timestamp with time zone", "DateTime", Some("Timestamptz")),
    ("date", "DateTime", Some("Date")),
    ("time without time zone", "DateTime", Some("Time")),
    ("time with time zone", "DateTime", Some("Timetz")),
    ("bytea", "Bytes", None),
    ("jsonb", "Json", None),
    ("json", "Json", Some("Json")),
];

/// A JSON string, as Prisma writes texts.
pub(super) fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// A name that Prisma can spell, and `@map` where it is another than the database's.
fn spelled(name: &str) -> (String, Option<String>) {
    let mut plain: String =
        name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
    if !plain.starts_with(|first: char| first.is_ascii_alphabetic()) {
        plain.insert(0, 'x');
    }
    let map = (plain != name).then(|| format!("map({})", quoted(name)));
    (plain, map)
}

pub(super) fn enum_value(label: &str) -> String {
    let (name, map) = spelled(label);
    map.map_or(name.clone(), |map| format!("{name} @{map}"))
}

/// `@@schema`, where the datasource lists schemas.
pub(super) fn schema_line(schema: &PrismaSchema, name: &Option<Identifier>) -> String {
    match name {
        Some(name) if schema.schemas.len() > 1 => format!("\n\n  @@schema({})", quoted(name.as_str())),
        _ => String::new(),
    }
}

/// The whole line of a column. `known`: what the schema has of it already.
pub(super) fn field(
    schema: &PrismaSchema,
    catalog: &Catalog,
    id: &ObjectId,
    column: &Column,
    known: Option<&PrismaColumn>,
) -> String {
    let database_name = id.sub.as_ref().map(Identifier::as_str).unwrap_or_default();
    let (plain, map) = match known.map(|known| known.field.clone()) {
        Some(name) => {
            let map = (name != database_name).then(|| format!("map({})", quoted(database_name)));
            (name, map)
        }
        None => spelled(database_name),
    };
    let element = column.type_name.trim_end_matches("[]");
    let list = element.len() < column.type_name.len();
    let (type_name, native) = prisma_type(schema, element);
    let arity = if list {
        "[]"
    } else if column.not_null {
        ""
    } else {
        "?"
    };
    let mut line = format!("{plain} {type_name}{arity}");
    let filled = defaults::filled(catalog, id, column);
    // What the client fills in goes where the database does.
    let kept = known.into_iter().flat_map(|known| &known.other_attributes);
    for attribute in kept.filter(|attribute| filled == Filled::Nothing || !attribute.starts_with("@default")) {
        let _ = write!(line, " {attribute}");
    }
    match filled {
        Filled::Nothing => {}
        Filled::AutoIncrement => line.push_str(" @default(autoincrement())"),
        Filled::Expression(sql) => {
            let _ = write!(line, " @default({})", default(schema, element, &sql, list));
        }
    }
    for attribute in map.into_iter().chain(native.map(|native| format!("db.{native}"))) {
        let _ = write!(line, " @{attribute}");
    }
    line
}

fn prisma_type(schema: &PrismaSchema, element: &str) -> (String, Option<String>) {
    if let Some(known) = schema.enums.iter().find(|known| known.type_name.to_string() == element) {
        return (known.name.clone(), None);
    }
    // The modifier stands after the first words: `timestamp(3) without time zone`.
    let (bare, modifier) = match (element.find('('), element.find(')')) {
        (Some(open), Some(close)) if open < close => {
            (format!("{}{}", &element[..open], &element[close + 1..]), &element[open..=close])
        }
        _ => (element.to_owned(), ""),
    };
    let Some((_, prisma, native)) = TYPES.iter().find(|(known, ..)| *known == bare) else {
        return (format!("Unsupported({})", quoted(element)), None);
    };
    let own = matches!((bare.as_str(), modifier), ("timestamp without time zone", "(3)") | ("numeric", "(65,30)"));
    let native = native.filter(|_| !own).map(|native| match modifier {
        "(1)" if matches!(native, "Char" | "Bit") => native.to_owned(),
        modifier => format!("{native}{}", modifier.replace(',', ", ")),
    });
    ((*prisma).to_owned(), native)
}

fn default(schema: &PrismaSchema, element: &str, sql: &str, list: bool) -> String {
    let (type_name, _) = prisma_type(schema, element);
    let known = schema.enums.iter().find(|known| known.type_name.to_string() == element);
    let one = |value: String| match (known, type_name.as_str()) {
        (Some(_), _) => spelled(&value).0,
        (None, "Int" | "BigInt" | "Float" | "Decimal" | "Boolean") => value,
        _ => quoted(&value),
    };
    if matches!(sql, "now()" | "CURRENT_TIMESTAMP") {
        return "now()".to_owned();
    }
    let values = if list { defaults::list(sql) } else { None };
    if let Some(values) = values {
        return format!("[{}]", values.into_iter().map(one).collect::<Vec<_>>().join(", "));
    }
    match defaults::literal(sql) {
        Some(value) if !list && !type_name.starts_with("Unsupported") && type_name != "Bytes" => one(value),
        _ => format!("dbgenerated({})", quoted(sql)),
    }
}

/// The names of fields, for columns.
pub(super) fn fields(model: Option<&PrismaModel>, columns: &[Identifier]) -> String {
    columns.iter().map(|column| field_of(model, column)).collect::<Vec<_>>().join(", ")
}

fn field_of(model: Option<&PrismaModel>, column: &Identifier) -> String {
    let known = model.and_then(|model| model.columns.iter().find(|known| known.name == *column));
    known.map_or_else(|| spelled(column.as_str()).0, |known| known.field.clone())
}

/// `@@index([…])` or `@@unique([…])`.
pub(super) fn index(model: Option<&PrismaModel>, name: &Identifier, index: &Index) -> String {
    let columns: Vec<String> = index
        .keys
        .iter()
        .filter_map(|key| {
            let field = field_of(model, key.column.as_ref()?);
            let mut parts = Vec::new();
            if !key.opclass_is_default {
                parts.push(format!("ops: raw({})", quoted(key.opclass.name.as_str())));
            }
            if key.descending {
                parts.push("sort: Desc".to_owned());
            }
            Some(if parts.is_empty() { field } else { format!("{field}({})", parts.join(", ")) })
        })
        .collect();
    let mut text = format!("@@{}([{}]", if index.unique { "unique" } else { "index" }, columns.join(", "));
    let method = match index.method.as_str() {
        "hash" => Some("Hash"),
        "gist" => Some("Gist"),
        "gin" => Some("Gin"),
        "spgist" => Some("SpGist"),
        "brin" => Some("Brin"),
        _ => None,
    };
    if let Some(method) = method {
        let _ = write!(text, ", type: {method}");
    }
    if let Some(predicate) = &index.predicate {
        let _ = write!(text, ", where: raw({})", quoted(predicate));
    }
    let parts: Vec<&str> = index.keys.iter().filter_map(|key| key.column.as_ref()).map(Identifier::as_str).collect();
    let table = index.table.name.as_str();
    let usual = if index.unique { names::unique(table, &parts) } else { names::index(table, &parts) };
    if usual != name.as_str() {
        let _ = write!(text, ", map: {}", quoted(name.as_str()));
    }
    text.push(')');
    text
}

/// `Target @relation(…)`.
pub(super) fn relation(schema: &PrismaSchema, model: Option<&PrismaModel>, key: &Constraint) -> String {
    let Some(references) = &key.references else { return String::new() };
    let target = schema.model(&references.table);
    let type_name = target.map_or_else(|| spelled(references.table.name.as_str()).0, |target| target.name.clone());
    format!(
        "{type_name} @relation(fields: [{}], references: [{}], onDelete: {}, onUpdate: {})",
        fields(model, &key.columns),
        fields(target, &references.columns),
        action(references.on_delete),
        action(references.on_update)
    )
}

fn action(action: ForeignKeyAction) -> &'static str {
    match action {
        ForeignKeyAction::NoAction => "NoAction",
        ForeignKeyAction::Restrict => "Restrict",
        ForeignKeyAction::Cascade => "Cascade",
        ForeignKeyAction::SetNull => "SetNull",
        ForeignKeyAction::SetDefault => "SetDefault",
    }
}

/// A block for a table that the schema does not know. Its relations are left to a person: both sides need a name.
pub(super) fn model(schema: &PrismaSchema, catalog: &Catalog, table: &ObjectId) -> String {
    let (name, map) = spelled(table.name.as_str());
    let mut text = format!("model {name} {{\n");
    let mut columns: Vec<(&ObjectId, &Column)> = catalog
        .of_relation(ObjectKind::Column, table)
        .filter_map(|(id, object)| match object {
            Object::Column(column) => Some((id, column)),
            _ => None,
        })
        .collect();
    columns.sort_by_key(|(_, column)| column.position);
    let key = catalog.of_relation(ObjectKind::Constraint, table).find_map(|(_, object)| match object {
        Object::Constraint(constraint) if constraint.kind == ConstraintKind::PrimaryKey => Some(&constraint.columns),
        _ => None,
    });
    for (id, column) in columns {
        let single = key.is_some_and(|key| key.len() == 1 && key.first() == id.sub.as_ref());
        let _ = writeln!(text, "  {}{}", field(schema, catalog, id, column, None), if single { " @id" } else { "" });
    }
    let mut lines = Vec::new();
    if let Some(key) = key.filter(|key| key.len() > 1) {
        lines.push(format!("@@id([{}])", fields(None, key)));
    }
    let name = table.qualified_name();
    for (id, object) in catalog.of_kind(ObjectKind::Index) {
        if let Object::Index(found) = object
            && Some(&found.table) == name.as_ref()
            && !found.primary
            && super::compare::indexes::invisible(schema, found).is_none()
        {
            lines.push(index(None, &id.name, found));
        }
    }
    lines.extend(map.map(|map| format!("@@{map}")));
    if !lines.is_empty() {
        let _ = writeln!(text, "\n  {}", lines.join("\n  "));
    }
    text.push_str(schema_line(schema, &table.schema).trim_start_matches('\n'));
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text.push('}');
    text
}
