//! What a replay says: what applied, what failed where and why, and what was answered by a stand-in.

use serde::Serialize;

/// The outcome of a replay.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ReplayReport {
    /// Files that should run.
    pub files: usize,
    pub applied: usize,
    pub failures: Vec<ReplayFailure>,
    /// The file at which the replay stopped because it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped_after: Option<String>,
    /// Extensions that a SQL stand-in answered for.
    pub stand_ins: Vec<String>,
    /// What was passed over or read differently: psql commands, extensions that nobody foresaw.
    pub notes: Vec<String>,
    pub seconds: f64,
}

/// One file that failed, at its first failing statement.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ReplayFailure {
    pub file: String,
    /// 1-based; of the place that the server points at, else of the statement.
    pub line: u32,
    /// Its beginning.
    pub statement: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sqlstate: Option<String>,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What would have to exist, or to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Statements further down that fail too when the file goes on past each failure; found with `--keep-going`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub further: Vec<FurtherFailure>,
}

/// One more failing statement of a file that failed already.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FurtherFailure {
    /// 1-based.
    pub line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sqlstate: Option<String>,
    pub message: String,
}
