//! One database of a scratch server, to run migrations in.

use std::path::PathBuf;

use pgmason_pg::{ConnectError, ConnectOptions, ConnectionString};
use postgres::Client;

use crate::{ScratchError, stand_in};

/// Whom migrations run as on a server of pgmason's own: no superuser, owner of the database, named as on hosted servers.
pub const MIGRATION_ROLE: &str = "postgres";

/// What pgmason itself keeps in a database of a server of its own.
pub const OWN_SCHEMA: &str = "pgmason_scratch";

/// Lives as long as its server.
pub struct ScratchDatabase {
    way: Way,
}

enum Way {
    Own { config: Box<postgres::Config>, secret: String, extension_folder: PathBuf },
    Named(ConnectionString),
}

impl ScratchDatabase {
    pub(crate) fn own(config: postgres::Config, secret: String, extension_folder: PathBuf) -> Self {
        Self { way: Way::Own { config: Box::new(config), secret, extension_folder } }
    }

    pub(crate) fn named(connection: ConnectionString) -> Self {
        Self { way: Way::Named(connection) }
    }

    /// Connects as the role that migrations run as.
    pub fn connect(&self) -> Result<Client, ScratchError> {
        match &self.way {
            Way::Own { config, .. } => Ok(config.connect(postgres::NoTls)?),
            Way::Named(connection) => Ok(connect(connection)?),
        }
    }

    /// The way there as a role that may log in, for whoever opens sessions of another kind. On a server that the user
    /// named it is always the user's own.
    pub fn connection_string(&self, role: &str) -> Result<ConnectionString, ScratchError> {
        match &self.way {
            Way::Named(connection) => Ok(connection.clone()),
            Way::Own { config, .. } => {
                let folder = config.get_hosts().iter().find_map(|host| match host {
                    postgres::config::Host::Unix(path) => Some(path.to_string_lossy().into_owned()),
                    postgres::config::Host::Tcp(_) => None,
                });
                let port = config.get_ports().first().copied().unwrap_or(5432);
                let quoted = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"));
                let folder = quoted(&folder.unwrap_or_default());
                let text = format!("host={folder} port={port} user={} dbname={}", quoted(role), self.name());
                Ok(text.parse().map_err(ConnectError::from)?)
            }
        }
    }

    /// The database's name on its server: letters, digits and underscores.
    pub(crate) fn name(&self) -> String {
        match &self.way {
            Way::Own { config, .. } => config.get_dbname().unwrap_or_default().to_owned(),
            Way::Named(connection) => connection.database().to_owned(),
        }
    }

    /// What `pgmason_scratch.elevate` asks for. None on a server that the user named: a statement there has the
    /// rights of the user and no others.
    pub fn secret(&self) -> Option<&str> {
        match &self.way {
            Way::Own { secret, .. } => Some(secret),
            Way::Named(_) => None,
        }
    }

    /// Makes an empty extension of the name, so that `CREATE EXTENSION` succeeds. False when that is not possible.
    pub fn allow_extension(&self, extension: &str) -> Result<bool, ScratchError> {
        match &self.way {
            Way::Own { extension_folder, .. } if stand_in::is_plain_name(extension) => {
                stand_in::write_empty(extension_folder, extension)?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// The stand-in's script and the schema that it insists on, where extension files cannot be written.
    pub fn stand_in_script(&self, extension: &str) -> Option<(&'static str, Option<String>)> {
        match &self.way {
            Way::Own { .. } => None,
            Way::Named(_) => stand_in::script(extension),
        }
    }
}

pub(crate) fn connect(connection: &ConnectionString) -> Result<Client, ConnectError> {
    pgmason_pg::connect(connection, &ConnectOptions::default())
}
