//! Where something stands in a schema file, and what is wrong with it there.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use thiserror::Error;

/// A place in a file, both numbers from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    #[serde(serialize_with = "as_text")]
    pub file: Arc<str>,
    pub line: u32,
    pub column: u32,
}

fn as_text<S: Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Why a Prisma schema cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PrismaError {
    /// The text is not Prisma's.
    #[error("{place}: expected {expected}, found {found}")]
    Syntax { place: Place, expected: String, found: String },
    /// The text reads, but says something that cannot be.
    #[error("{place}: {message}")]
    Meaning { place: Place, message: String, hint: String },
    /// Another database than PostgreSQL.
    #[error("{place}: the schema is for {provider}, and pgmason keeps PostgreSQL schemas only")]
    Provider { place: Place, provider: String },
    #[error("no datasource block in {files}")]
    NoDatasource { files: String },
}

impl PrismaError {
    pub(super) fn meaning(place: &Place, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Meaning { place: place.clone(), message: message.into(), hint: hint.into() }
    }

    /// One thing to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Syntax { .. } => "correct the line; `npx prisma validate` reads the same file".to_owned(),
            Self::Meaning { hint, .. } => hint.clone(),
            Self::Provider { .. } => {
                "name the schema whose datasource has `provider = \"postgresql\"`: `prisma:PATH`".to_owned()
            }
            Self::NoDatasource { .. } => {
                "name the folder that holds the file with the datasource block: `prisma:DIR`".to_owned()
            }
        }
    }

    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Syntax { place, .. } | Self::Meaning { place, .. } | Self::Provider { place, .. } => Some(place),
            Self::NoDatasource { .. } => None,
        }
    }
}
