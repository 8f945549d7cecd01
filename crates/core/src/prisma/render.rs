//! A Prisma schema as the DDL that `prisma migrate diff --from-empty` would write, in the order in which it runs.

use pgmason_model::{Identifier, QualifiedName, quote_literal};

use super::names;
use super::place::Place;
use super::schema::{
    IndexColumn, JoinTable, PrismaColumn, PrismaDefault, PrismaForeignKey, PrismaIndex, PrismaModel, PrismaSchema,
    PrismaVersion,
};
use super::types;

/// One statement and the place in the Prisma schema that asks for it.
#[derive(Clone, Debug, PartialEq)]
pub struct PrismaStatement {
    /// Without its semicolon, on one line, unless the schema's own SQL has lines.
    pub sql: String,
    pub place: Place,
}

pub fn statements(schema: &PrismaSchema) -> Vec<PrismaStatement> {
    let mut found = Vec::new();
    let mut add = |place: &Place, sql: String| found.push(PrismaStatement { sql, place: place.clone() });
    let anywhere = schema.models.first().map(|model| &model.place).or(schema.enums.first().map(|known| &known.place));
    if let Some(place) = anywhere {
        for name in schema.schemas.iter().filter(|name| name.as_str() != "public") {
            add(place, format!("CREATE SCHEMA IF NOT EXISTS {name}"));
        }
    }
    for extension in &schema.extensions {
        let within = extension.schema.as_ref().map(|schema| format!(" WITH SCHEMA {schema}")).unwrap_or_default();
        if let Some(name) = extension.schema.as_ref().filter(|name| !schema.schemas.contains(*name)) {
            add(&extension.place, format!("CREATE SCHEMA IF NOT EXISTS {name}"));
        }
        add(&extension.place, format!("CREATE EXTENSION IF NOT EXISTS {}{within}", extension.name));
        // Types of extensions are written without their schema: whoever keeps them apart has it in the search path.
        if let Some(name) = &extension.schema {
            let path = format!("current_setting('search_path') || {}", quote_literal(&format!(", {name}")));
            add(&extension.place, format!("SELECT set_config('search_path', {path}, false)"));
        }
    }
    for known in &schema.enums {
        let labels: Vec<String> = known.labels.iter().map(|label| quote_literal(label)).collect();
        add(&known.place, format!("CREATE TYPE {} AS ENUM ({})", known.type_name, labels.join(", ")));
    }
    for model in &schema.models {
        add(&model.place, create_table(model));
    }
    for model in &schema.models {
        for index in &model.indexes {
            add(&index.place, create_index(index, &model.table));
        }
    }
    for join in &schema.join_tables {
        for sql in join_table(join, schema) {
            add(&join.place, sql);
        }
    }
    for model in &schema.models {
        for key in &model.foreign_keys {
            add(&key.place, foreign_key(key, &model.table));
        }
    }
    found
}

fn create_table(model: &PrismaModel) -> String {
    let mut parts: Vec<String> = model.columns.iter().map(column).collect();
    if let Some(key) = &model.primary_key {
        let columns: Vec<String> = key.columns.iter().map(|column| column.name.to_string()).collect();
        parts.push(format!("CONSTRAINT {} PRIMARY KEY ({})", key.name, columns.join(", ")));
    }
    format!("CREATE TABLE {} ({})", model.table, parts.join(", "))
}

fn column(column: &PrismaColumn) -> String {
    let serial = (column.default == PrismaDefault::AutoIncrement).then(|| types::serial(&column.type_name)).flatten();
    let not_null = if column.required { " NOT NULL" } else { "" };
    let default = match &column.default {
        PrismaDefault::Expression { sql, .. } => format!(" DEFAULT {sql}"),
        _ => String::new(),
    };
    format!("{} {}{not_null}{default}", column.name, serial.unwrap_or(&column.type_name))
}

fn create_index(index: &PrismaIndex, table: &QualifiedName) -> String {
    let unique = if index.unique { "UNIQUE " } else { "" };
    let columns: Vec<String> = index.columns.iter().map(index_column).collect();
    let predicate = index.predicate.as_ref().map(|sql| format!(" WHERE {sql}")).unwrap_or_default();
    format!("CREATE {unique}INDEX {} ON {table} USING {} ({}){predicate}", index.name, index.method, columns.join(", "))
}

fn index_column(column: &IndexColumn) -> String {
    let opclass = column.opclass.as_ref().map(|class| format!(" {class}")).unwrap_or_default();
    format!("{}{opclass}{}", column.name, if column.descending { " DESC" } else { "" })
}

fn foreign_key(key: &PrismaForeignKey, table: &QualifiedName) -> String {
    let list = |names: &[Identifier]| names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    format!(
        "ALTER TABLE {table} ADD CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {}({}) ON DELETE {} ON UPDATE {}",
        key.name,
        list(&key.columns),
        key.references,
        list(&key.referenced_columns),
        key.on_delete.sql(),
        key.on_update.sql()
    )
}

fn join_table(join: &JoinTable, schema: &PrismaSchema) -> Vec<String> {
    let (table, name) = (&join.table, join.table.name.as_str());
    let [a, b] = &join.sides;
    let of = |suffix: &str| Identifier::from(names::of_join_table(name, suffix));
    let columns = format!(r#""A" {} NOT NULL, "B" {} NOT NULL"#, a.type_name, b.type_name);
    let mut found = match schema.version {
        PrismaVersion::Six => {
            let key = of("_AB_pkey");
            vec![format!(r#"CREATE TABLE {table} ({columns}, CONSTRAINT {key} PRIMARY KEY ("A", "B"))"#)]
        }
        PrismaVersion::Five => vec![
            format!("CREATE TABLE {table} ({columns})"),
            format!(r#"CREATE UNIQUE INDEX {} ON {table} ("A", "B")"#, of("_AB_unique")),
        ],
    };
    found.push(format!(r#"CREATE INDEX {} ON {table} ("B")"#, of("_B_index")));
    if schema.foreign_keys {
        for (column, side) in [("A", a), ("B", b)] {
            let key = Identifier::from(names::foreign_key(name, &[column]));
            found.push(format!(
                r#"ALTER TABLE {table} ADD CONSTRAINT {key} FOREIGN KEY ("{column}") REFERENCES {}({}) ON DELETE CASCADE ON UPDATE CASCADE"#,
                side.table, side.id
            ));
        }
    }
    found
}
