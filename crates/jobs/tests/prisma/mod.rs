//! Prisma schemas on real servers: what their DDL makes, and how it compares.

mod comparing;
mod making;
mod opening;

use pgmason_core::prisma::compare::{PrismaComparison, compare};
use pgmason_core::prisma::{Document, PrismaSchema, PrismaVersion, parse, read, statements};
use pgmason_model::Catalog;
use pgmason_scratch::{Baseline, OWN_SCHEMA};
use pgmason_testkit::{embedded_server, read_catalog};

const SOURCE: &str = "datasource db {\n  provider = \"postgresql\"\n}\n";

fn schema_of(version: PrismaVersion, text: &str) -> PrismaSchema {
    let text = if text.contains("datasource ") { text.to_owned() } else { format!("{SOURCE}{text}") };
    let mut document = Document::default();
    parse("schema.prisma", &text, &mut document).unwrap_or_else(|error| panic!("{text}\n{error}"));
    read(&document, version, "schema.prisma").unwrap_or_else(|error| panic!("{text}\n{error}"))
}

/// A database that holds what the SQL makes.
fn catalog_of(sql: &str) -> Catalog {
    let mut server = embedded_server(Baseline::Plain);
    let database = server.database_with(sql);
    let mut catalog = read_catalog(&database);
    // The scratch's own.
    catalog.objects.retain(|id, _| id.schema.as_ref().is_none_or(|schema| *schema != *OWN_SCHEMA));
    server.drop_database(database).unwrap();
    catalog
}

fn ddl(schema: &PrismaSchema) -> String {
    statements(schema).iter().map(|statement| format!("{};\n", statement.sql)).collect()
}

/// What the schema's own DDL makes.
fn made(version: PrismaVersion, text: &str) -> Catalog {
    catalog_of(&ddl(&schema_of(version, text)))
}

/// The Prisma schema against a database that the SQL makes.
fn compared(text: &str, sql: &str) -> PrismaComparison {
    let schema = schema_of(PrismaVersion::Six, text);
    compare(&schema, &catalog_of(&ddl(&schema)), &catalog_of(sql))
}
