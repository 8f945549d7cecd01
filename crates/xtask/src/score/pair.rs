//! A pair of schemas, as the file has it.

use std::fs;
use std::path::Path;

use serde::Deserialize;

/// Fields may be absent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Pair {
    pub(super) suite: String,
    pub(super) id: String,
    /// Runs on both sides.
    pub(super) setup: Option<String>,
    pub(super) a: String,
    pub(super) b: String,
    /// Rows for a, and for b.
    pub(super) seed_a: Option<String>,
    pub(super) seed_b: Option<String>,
    pub(super) both_dirs: Option<bool>,
}

impl Pair {
    pub(super) fn read(path: &Path) -> Result<Vec<Self>, String> {
        let text = fs::read_to_string(path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        lines
            .map(|(number, line)| {
                serde_json::from_str(line).map_err(|error| format!("`{}` line {}: {error}", path.display(), number + 1))
            })
            .collect()
    }

    pub(super) fn name(&self) -> String {
        format!("{}/{}", self.suite, self.id)
    }
}
