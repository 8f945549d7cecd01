//! The tables in which migration tools remember what ran: the tool chose their names and their columns.

use crate::schema::TableView;

const NAMES: [&str; 8] = [
    "__diesel_schema_migrations",
    "__drizzle_migrations",
    "_prisma_migrations",
    "_sqlx_migrations",
    "databasechangelog",
    "flyway_schema_history",
    "refinery_schema_history",
    "schema_migrations",
];

pub(in crate::rules) fn is_history(table: &TableView<'_>) -> bool {
    NAMES.contains(&table.name())
}
