//! A scratch on a server that the user names: databases of their own, removed when done.
//!
//! Nothing else on the server is touched, but for roles of the baseline that it does not have: they are made without
//! login, and removed with the databases. Migrations run as the user of the URL.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hasher, RandomState};

use pgmason_model::{ObjectId, ServerVersion};
use pgmason_pg::{ConnectionString, IntrospectOptions, ServerFacts, server_facts};
use postgres::Client;

use crate::database::connect;
use crate::server::wait_for_sessions_to_end;
use crate::{Baseline, ScratchError};

/// Every database made here begins with this.
const PREFIX: &str = "pgmason_scratch_";

pub(crate) struct NamedServer {
    connection: ConnectionString,
    facts: ServerFacts,
    baseline: Baseline,
    databases: Vec<String>,
    roles: Vec<String>,
}

impl NamedServer {
    pub(crate) fn open(connection: &ConnectionString, baseline: Baseline) -> Result<Self, ScratchError> {
        let mut client = connect(connection)?;
        let facts = server_facts(&mut client)?;
        if baseline == Baseline::Supabase && !facts.superuser {
            return Err(ScratchError::NeedsSuperuser { user: facts.user });
        }
        sweep(&mut client);
        Ok(Self { connection: connection.clone(), facts, baseline, databases: Vec::new(), roles: Vec::new() })
    }

    pub(crate) fn describe(&self) -> String {
        format!("PostgreSQL {} at {}:{}", self.facts.version, self.connection.host(), self.connection.port())
    }

    pub(crate) fn version(&self) -> ServerVersion {
        self.facts.version
    }

    /// The database and what the baseline put into it.
    pub(crate) fn create_database(&mut self) -> Result<(ConnectionString, BTreeSet<ObjectId>), ScratchError> {
        let mut client = connect(&self.connection)?;
        // The name says whose it is: this process's, as long as its session lives.
        let name = format!("{PREFIX}{:016x}", RandomState::new().build_hasher().finish());
        client.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0"))?;
        self.databases.push(name.clone());
        let inside = self.connection.with_database(&name);
        let mut client = connect(&inside)?;
        if let Some(script) = self.baseline.schema_script() {
            self.make_roles(&mut client)?;
            let refused = |error: postgres::Error| ScratchError::Baseline {
                baseline: self.baseline.name(),
                message: error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string),
            };
            client.batch_execute(script).map_err(refused)?;
            client.batch_execute(include_str!("named_server_defaults.sql")).map_err(refused)?;
            client.batch_execute("RESET ALL")?;
        }
        let catalog = pgmason_pg::introspect(&mut client, &IntrospectOptions::default())?;
        Ok((inside, catalog.objects.into_keys().collect()))
    }

    pub(crate) fn copy_database(&mut self, original: &str) -> Result<ConnectionString, ScratchError> {
        let mut client = connect(&self.connection)?;
        wait_for_sessions_to_end(&mut client, original)?;
        let name = format!("{PREFIX}{:016x}", RandomState::new().build_hasher().finish());
        client.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {original}"))?;
        self.databases.push(name.clone());
        Ok(self.connection.with_database(&name))
    }

    pub(crate) fn drop_database(&mut self, name: &str) -> Result<(), ScratchError> {
        let mut client = connect(&self.connection)?;
        client.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"))?;
        self.databases.retain(|known| known != name);
        Ok(())
    }

    pub(crate) fn describe_connection(&self, database: &str, command: &mut std::process::Command) {
        self.connection.with_database(database).describe_to(command);
    }

    /// Roles that the baseline's grants name and the server has not.
    fn make_roles(&mut self, client: &mut Client) -> Result<(), ScratchError> {
        for row in client.query(include_str!("named_server_roles.sql"), &[])? {
            let role: String = row.get(0);
            client.batch_execute(&format!("CREATE ROLE {role} NOLOGIN NOINHERIT"))?;
            self.roles.push(role);
        }
        Ok(())
    }
}

impl Drop for NamedServer {
    fn drop(&mut self) {
        let Ok(mut client) = connect(&self.connection) else { return };
        for name in &self.databases {
            // What cannot be dropped now is swept by the next run.
            drop(client.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
        }
        for role in &self.roles {
            drop(client.batch_execute(&format!("DROP ROLE IF EXISTS {role}")));
        }
    }
}

/// Removes databases of runs that were killed: nobody is connected to them. A role that may not look at the server's
/// files leaves it to one that may.
fn sweep(client: &mut Client) {
    let Ok(rows) = client.query(include_str!("named_server_abandoned.sql"), &[]) else { return };
    for row in rows {
        let name: String = row.get(0);
        drop(client.batch_execute(&format!("DROP DATABASE IF EXISTS {name}")));
    }
}
