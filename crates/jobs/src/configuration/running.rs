//! `[migrations]`, `[hooks]` and `[fleet]`: how migrations are run, and where.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::duration::HumanDuration;

/// `[migrations]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MigrationsSection {
    /// Whose table a database without a history gets.
    pub history: Option<HistoryName>,
    pub lock_timeout: Option<Duration>,
    pub statement_timeout: Option<Duration>,
    /// Where old files are put away.
    pub archive: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HistoryName {
    Supabase,
    Pgmason,
}

/// `[hooks]`: shell commands, each one or several.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HooksSection {
    pub before: Commands,
    pub after: Commands,
    pub on_failure: Commands,
}

/// A string, or a list of strings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "toml::Value")]
pub struct Commands(pub Vec<String>);

/// By hand, because an untagged enum says only that nothing matched.
impl TryFrom<toml::Value> for Commands {
    type Error = String;

    fn try_from(value: toml::Value) -> Result<Self, String> {
        let list = match value {
            toml::Value::Array(list) => list,
            one => vec![one],
        };
        let texts = list.into_iter().map(|value| match value {
            toml::Value::String(text) if !text.trim().is_empty() => Ok(text),
            _ => Err("a hook is a command, or a list of commands: \"make types\"".to_owned()),
        });
        texts.collect::<Result<_, _>>().map(Self)
    }
}

/// `[fleet]`: many databases with the same migrations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FleetSection {
    /// URLs as written: `${NAME}` stands for a variable of the environment.
    pub targets: Vec<String>,
    /// A file with one URL on each line.
    pub file: Option<PathBuf>,
    /// Databases at once.
    pub jobs: Option<usize>,
    /// Start on no further database after so many failed.
    pub max_failures: Option<usize>,
}

impl FleetSection {
    /// The URLs with their variables filled in. The error names the variable, and no value.
    pub fn expanded(&self, variable: impl Fn(&str) -> Option<String>) -> Result<Vec<String>, String> {
        self.targets.iter().map(|target| expand(target, &variable)).collect()
    }
}

/// Fills `${NAME}` in; a `$` that nothing follows stays.
pub fn expand(text: &str, variable: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut parts = text.split("${");
    let mut expanded = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').ok_or("a ${ without its }")?;
        expanded.push_str(&variable(name).ok_or_else(|| format!("the variable {name} is not set"))?);
        expanded.push_str(rest);
    }
    Ok(expanded)
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct MigrationsTable {
    history: Option<HistoryName>,
    lock_timeout: Option<HumanDuration>,
    statement_timeout: Option<HumanDuration>,
    archive: Option<PathBuf>,
}

impl From<MigrationsTable> for MigrationsSection {
    fn from(table: MigrationsTable) -> Self {
        Self {
            history: table.history,
            lock_timeout: table.lock_timeout.map(HumanDuration::get),
            statement_timeout: table.statement_timeout.map(HumanDuration::get),
            archive: table.archive,
        }
    }
}
