//! What tells two states of a database apart: its schema and the versions that it has, as one number.
//!
//! Left out is what may change without anybody migrating: statistics, what the platform keeps for itself, histories of
//! migrations (whose versions count all the same), and the server's version.

use pgmason_core::migrations::fingerprint::sha256;
use pgmason_model::{Catalog, Object, ObjectId, ObjectKind};
use pgmason_pg::{IntrospectOptions, Platform};
use postgres::Client;

use crate::JobError;

/// pgmason's own schema, and that of the Supabase CLI.
const HISTORY_SCHEMAS: &[&str] = &[pgmason_pg::history::SCHEMA, "supabase_migrations"];

/// Where other tools write down what they have run, in whatever schema.
const HISTORY_TABLES: &[&str] = &[
    "_prisma_migrations",
    "_sqlx_migrations",
    "__diesel_schema_migrations",
    "refinery_schema_history",
    "schema_migrations",
    "flyway_schema_history",
];

/// SHA-256 of the database that the client is connected to. `applied`: the versions that it has, in whatever order.
pub fn database_fingerprint<'v>(
    client: &mut Client,
    applied: impl IntoIterator<Item = &'v str>,
) -> Result<String, JobError> {
    let options = IntrospectOptions { platform: Platform::Detect, ..IntrospectOptions::default() };
    let catalog = pgmason_pg::introspect(client, &options)?;
    fingerprint_of(&catalog, applied)
}

/// The same of a catalog that was read with [`Platform::Detect`].
pub fn fingerprint_of<'v>(catalog: &Catalog, applied: impl IntoIterator<Item = &'v str>) -> Result<String, JobError> {
    let mut applied: Vec<&str> = applied.into_iter().collect();
    applied.sort_unstable();
    let counts = |(id, object): &(&ObjectId, &Object)| {
        !catalog.platform.contains(*id) && !is_of_a_history(id) && !is_index_of_a_history(object)
    };
    let objects: Vec<(&ObjectId, &Object)> = catalog.objects.iter().filter(counts).collect();
    let text = serde_json::to_vec(&(applied, objects)).map_err(|error| JobError::Database(error.to_string()))?;
    Ok(sha256(text))
}

fn is_of_a_history(id: &ObjectId) -> bool {
    let schema = id.schema.as_ref().or((id.kind == ObjectKind::Schema).then_some(&id.name));
    schema.is_some_and(|schema| HISTORY_SCHEMAS.contains(&schema.as_str()))
        || id.schema.is_some() && HISTORY_TABLES.contains(&id.name.as_str())
        || id.of.as_deref().is_some_and(is_of_a_history)
}

fn is_index_of_a_history(object: &Object) -> bool {
    matches!(object, Object::Index(index) if HISTORY_TABLES.contains(&index.table.name.as_str()))
}
