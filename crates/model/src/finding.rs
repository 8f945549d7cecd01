//! A finding: what a rule saw, where, why it matters, and what to do. Data, never an error.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::catalog::{ObjectId, ObjectKind};

/// How much a finding matters. An error loses data or exposes rows; a convention warns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Info,
    Warning,
    Error,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

impl FromStr for Level {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "info" => Ok(Self::Info),
            "warning" => Ok(Self::Warning),
            "error" => Ok(Self::Error),
            _ => Err(()),
        }
    }
}

/// One finding. `line` and `column` are 1-based.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub rule: String,
    pub level: Level,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<FindingObject>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// How to mend it, in one sentence.
    pub help: String,
    /// The same finding keeps it when lines move: it knows rule, object and statement, never a line number.
    pub fingerprint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

/// The object that a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FindingObject {
    /// [`ObjectKind::label`].
    pub kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The object; for a column its table, for a policy or trigger `table.name`.
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
}

/// SQL that mends the finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    pub description: String,
    pub sql: String,
}

impl From<&ObjectId> for FindingObject {
    fn from(id: &ObjectId) -> Self {
        let schema = id.schema.as_ref().map(|schema| schema.as_str().to_owned());
        let name = id.name.as_str();
        let (name, column) = match (id.kind, &id.sub) {
            (ObjectKind::Column | ObjectKind::Default, Some(column)) => {
                (name.to_owned(), Some(column.as_str().to_owned()))
            }
            (ObjectKind::Function, Some(arguments)) => (format!("{name}({})", arguments.as_str()), None),
            (_, Some(sub)) => (format!("{name}.{}", sub.as_str()), None),
            (_, None) => (name.to_owned(), None),
        };
        Self { kind: id.kind.label().to_owned(), schema, name, column }
    }
}

/// `public.users.email`, as a person would write it.
impl fmt::Display for FindingObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        f.write_str(&self.name)?;
        if let Some(column) = &self.column {
            write!(f, ".{column}")?;
        }
        Ok(())
    }
}
