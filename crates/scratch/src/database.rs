//! One database of a scratch server, to run migrations in.

use std::path::PathBuf;

use crate::{ScratchError, stand_in};

/// Whom migrations run as: no superuser, owner of the database, named as on hosted servers.
pub const MIGRATION_ROLE: &str = "postgres";

/// Lives as long as its server.
pub struct ScratchDatabase {
    config: postgres::Config,
    secret: String,
    extension_folder: PathBuf,
}

impl ScratchDatabase {
    pub(crate) fn new(config: postgres::Config, secret: String, extension_folder: PathBuf) -> Self {
        Self { config, secret, extension_folder }
    }

    /// How to connect as [`MIGRATION_ROLE`].
    pub fn config(&self) -> &postgres::Config {
        &self.config
    }

    /// What `pgmason_scratch.as_superuser` asks for.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// Makes an empty extension of the name, so that `CREATE EXTENSION` succeeds. False when the name cannot be one.
    pub fn allow_extension(&self, extension: &str) -> Result<bool, ScratchError> {
        if !stand_in::is_plain_name(extension) {
            return Ok(false);
        }
        stand_in::write_empty(&self.extension_folder, extension)?;
        Ok(true)
    }
}
