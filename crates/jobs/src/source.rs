//! What a schema can be read from, as the user names it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use pgmason_pg::ConnectionString;

use crate::JobError;

/// `migrations:DIR`, `schema:PATH`, `db:URL` (or a bare URL), `prisma:PATH`, `snapshot:FILE`, `empty`.
#[derive(Clone, Debug)]
pub enum Source {
    Migrations(PathBuf),
    /// One file, or a folder whose files run in the order of their names.
    Schema(PathBuf),
    Database(ConnectionString),
    /// A Prisma schema: one file, or a folder of them.
    Prisma(PathBuf),
    Snapshot(PathBuf),
    Empty,
}

impl Source {
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Migrations(path) | Self::Schema(path) | Self::Prisma(path) | Self::Snapshot(path) => Some(path),
            Self::Database(_) | Self::Empty => None,
        }
    }
}

impl FromStr for Source {
    type Err = JobError;

    fn from_str(text: &str) -> Result<Self, JobError> {
        let path = |rest: &str| PathBuf::from(rest);
        let database = |text: &str| -> Result<Self, JobError> {
            Ok(Self::Database(text.parse::<ConnectionString>().map_err(pgmason_pg::connect::ConnectError::from)?))
        };
        if text == "empty" {
            return Ok(Self::Empty);
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return database(text);
        }
        match text.split_once(':') {
            Some(("migrations", rest)) => Ok(Self::Migrations(path(rest))),
            Some(("schema", rest)) => Ok(Self::Schema(path(rest))),
            Some(("prisma", rest)) => Ok(Self::Prisma(path(rest))),
            Some(("snapshot", rest)) => Ok(Self::Snapshot(path(rest))),
            Some(("db", rest)) => database(rest),
            // Not named in the error: what was typed may hold a password.
            _ => Err(JobError::UnknownSource { text: text.split([':', '@']).next().unwrap_or_default().to_owned() }),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Migrations(path) => write!(f, "migrations:{}", path.display()),
            Self::Schema(path) => write!(f, "schema:{}", path.display()),
            Self::Database(connection) => write!(f, "db:{connection}"),
            Self::Prisma(path) => write!(f, "prisma:{}", path.display()),
            Self::Snapshot(path) => write!(f, "snapshot:{}", path.display()),
            Self::Empty => f.write_str("empty"),
        }
    }
}
