//! `restructure/NAME.toml`: what the user writes.
//!
//! Names of relations are written as in SQL: `emails`, `public.emails`, `"Emails"`; without a schema they are looked for
//! in `public` first, then in all.

use serde::{Deserialize, Serialize};

use super::operations::Operation;

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestructureFile {
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// In the order in which they run.
    #[serde(default)]
    pub stages: Vec<Stage>,
}

/// What is started together, and completed together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Unique in the file: `system-tables`.
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How long both names are watched before `complete`: `7d`, `90s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soak: Option<String>,
    /// What must hold before the stage is completed, beside what pgmason checks by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<Gate>,
    pub operations: Vec<Operation>,
}

/// A query that gives one boolean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    pub name: String,
    pub sql: String,
}
