//! What can go wrong before a scratch database is there.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

#[derive(Debug, Error)]
pub enum ScratchError {
    #[error("this build of pgmason carries no PostgreSQL")]
    NoEmbedded,
    #[error("no PostgreSQL server binaries were found")]
    NoBinaries,
    #[error("PostgreSQL {found} is too old: {oldest} is the oldest that pgmason knows")]
    TooOld { found: u32, oldest: u32 },
    #[error("cannot {action} {}", path.display())]
    File { action: &'static str, path: PathBuf, source: io::Error },
    #[error("cannot run {}", program.display())]
    Program { program: PathBuf, source: io::Error },
    #[error("{program} failed: {output}")]
    ProgramFailed { program: &'static str, output: String },
    #[error("the scratch server did not start: {log}")]
    NotStarted { log: String },
    #[error("the scratch server refused: {}", said(.0))]
    Database(#[from] postgres::Error),
    #[error("the baseline {baseline} does not load: {message}")]
    Baseline { baseline: &'static str, message: String },
    #[error("the list of the baseline's objects cannot be read")]
    PlatformList(#[source] serde_json::Error),
    #[error(transparent)]
    Connect(#[from] pgmason_pg::ConnectError),
    #[error("the baseline supabase needs a superuser on the scratch server, and {user} is none")]
    NeedsSuperuser { user: String },
    #[error(transparent)]
    Introspect(#[from] pgmason_pg::IntrospectError),
    #[error("running as root, and no unprivileged user to run PostgreSQL as")]
    NoUnprivilegedUser,
}

impl ScratchError {
    /// One thing to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoEmbedded | Self::NoBinaries => Some(
                "install PostgreSQL (Debian and Ubuntu: `apt install postgresql`, macOS: `brew install postgresql`), \
                 or name the folder of its programs in PGMASON_PG_BIN"
                    .to_owned(),
            ),
            Self::TooOld { .. } => Some("name a newer server's folder in PGMASON_PG_BIN".to_owned()),
            Self::File { .. } => Some("name a folder that can be written to in PGMASON_CACHE_DIR".to_owned()),
            Self::Connect(error) => Some(error.hint()),
            Self::NeedsSuperuser { .. } => {
                Some("take pgmason's own server: `--scratch embedded`, or `--scratch local`".to_owned())
            }
            Self::NoUnprivilegedUser => Some("run pgmason as a user that is not root".to_owned()),
            _ => None,
        }
    }

    pub(crate) fn file(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { action, path, source }
    }
}

/// The server's own words; the error alone says "db error".
fn said(error: &postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), |error| error.message().to_owned())
}
