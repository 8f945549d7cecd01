//! Which files a database has seen, from the history table of whichever tool keeps it.

use std::collections::BTreeSet;

use pgmason_core::migrations::MigrationFile;
use pgmason_model::catalog::NotChecked;
use pgmason_pg::{ConnectOptions, ConnectionString};

use crate::JobError;

/// Tools' history tables with the column that names a migration.
const HISTORIES: &[(&str, &str)] = &[
    ("supabase_migrations.schema_migrations", "version"),
    ("pgmason.migrations", "version"),
    ("public._prisma_migrations", "migration_name"),
    ("public._sqlx_migrations", "version"),
    ("public.__diesel_schema_migrations", "version"),
    ("public.refinery_schema_history", "version"),
    ("public.schema_migrations", "version"),
];

/// Marks the files that the database has seen as not pending.
pub(crate) fn mark_applied(
    files: &mut [MigrationFile],
    database: &ConnectionString,
    not_checked: &mut Vec<NotChecked>,
) -> Result<(), JobError> {
    let mut client = pgmason_pg::connect(database, &ConnectOptions::default())?;
    for (table, column) in HISTORIES {
        let there = client
            .query_one("SELECT pg_catalog.to_regclass($1) IS NOT NULL", &[table])
            .map_err(|error| JobError::from_server(&error))?;
        if !there.get::<_, bool>(0) {
            continue;
        }
        match client.query(&format!("SELECT {column}::text FROM {table}"), &[]) {
            Ok(rows) => {
                let applied: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
                for file in files.iter_mut() {
                    let name = file.name_in_folder.split('/').next().unwrap_or_default();
                    let version = file.version.as_deref().unwrap_or_default();
                    // diesel drops what is not a digit from a version; sqlx and refinery keep a number.
                    let number = version.trim_start_matches('0');
                    file.pending = ![name, version, number].iter().any(|known| applied.contains(*known));
                }
                return Ok(());
            }
            Err(error) => not_checked.push(NotChecked {
                what: format!("the history in {table}"),
                reason: crate::error::server_words(&error),
            }),
        }
    }
    not_checked.push(NotChecked {
        what: "which files the database has seen".to_owned(),
        reason: "no history table was found; every file is taken as pending".to_owned(),
    });
    Ok(())
}
