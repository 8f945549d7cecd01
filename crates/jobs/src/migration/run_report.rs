//! What a run of migrations says: apply, the stages of a staged run, and rollback.

use pgmason_pg::ConnectionString;
use pgmason_pg::execute::Failure;
use serde::Serialize;

/// The version of the JSON output. Raised when a field changes its meaning or goes.
pub const RUN_SCHEMA_VERSION: u32 = 1;

#[derive(Clone, Debug, Default, Serialize)]
pub struct RunReport {
    pub schema_version: u32,
    /// The database, its password redacted.
    pub target: String,
    /// The history's table.
    pub history: String,
    pub dry_run: bool,
    pub files: Vec<FileRun>,
    /// Why nothing was run.
    pub refusals: Vec<Refusal>,
    pub hooks: Vec<HookRun>,
    /// What is worth knowing about this run.
    pub notes: Vec<String>,
    pub seconds: f64,
    /// The command that goes on, where something is left to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct FileRun {
    pub path: String,
    pub version: String,
    pub outcome: FileOutcome,
    pub seconds: f64,
    pub steps: usize,
    /// Steps that are done and stay done.
    pub steps_done: usize,
    /// Transactions that PostgreSQL ran it in, and steps outside of one.
    pub groups: usize,
    /// Tries that a lock timeout ended.
    pub lock_timeouts: u32,
    /// The step at which an interrupted file went on, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resumed_at: Option<u32>,
    pub notices: Vec<String>,
    /// Indexes that an earlier run left INVALID, dropped before they were built anew.
    pub repaired: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<FileError>,
    /// The SQL that was run, or would be: only for a way back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sql: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileOutcome {
    /// A dry run, or a run that did not come to it.
    #[default]
    NotRun,
    Applied,
    /// Its undo ran.
    Reverted,
    Failed,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FileError {
    /// 1-based.
    pub line: u32,
    pub statement: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sqlstate: Option<String>,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The connection ended with it.
    pub connection_lost: bool,
}

/// Why nothing was run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Refusal {
    pub message: String,
    pub hint: String,
    /// The word for `--allow`, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow: Option<String>,
    /// More to read: what differs, say.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct HookRun {
    /// `before`, `after` or `on_failure`.
    pub when: &'static str,
    pub command: String,
    /// None where it did not start, or a signal ended it.
    pub exit_code: Option<i32>,
    pub seconds: f64,
}

impl RunReport {
    pub(super) fn begin(database: &ConnectionString, dry_run: bool) -> Self {
        Self { schema_version: RUN_SCHEMA_VERSION, target: database.to_string(), dry_run, ..Self::default() }
    }

    /// The run did all that was asked.
    pub fn is_clean(&self) -> bool {
        self.refusals.is_empty()
            && self.hooks.iter().all(|hook| hook.exit_code == Some(0))
            && self.failed().is_none()
            // A connection that is lost behind a file leaves the others.
            && (self.dry_run || self.count(FileOutcome::NotRun) == 0)
    }

    pub fn failed(&self) -> Option<&FileRun> {
        self.files.iter().find(|file| file.outcome == FileOutcome::Failed)
    }

    pub fn connection_was_lost(&self) -> bool {
        self.failed().and_then(|file| file.error.as_ref()).is_some_and(|error| error.connection_lost)
    }

    pub fn count(&self, outcome: FileOutcome) -> usize {
        self.files.iter().filter(|file| file.outcome == outcome).count()
    }
}

impl From<&Failure> for FileError {
    fn from(failure: &Failure) -> Self {
        let error = failure.error.clone();
        Self {
            line: failure.line,
            statement: failure.statement.clone(),
            sqlstate: error.sqlstate.clone(),
            message: error.message,
            detail: error.detail.or(error.context),
            hint: failure.advice.clone().or_else(|| advice(error.sqlstate.as_deref())).or(error.hint),
            connection_lost: error.connection_lost,
        }
    }
}

/// What helps, by SQLSTATE.
fn advice(sqlstate: Option<&str>) -> Option<String> {
    Some(
        match sqlstate? {
            "55P03" => {
                "somebody holds the relation for long: look into pg_stat_activity, or allow more with --lock-timeout"
            }
            "57014" => "allow more with `--statement-timeout SECONDS`",
            // disk_full, out_of_memory
            "53100" => "make room on the server's disk, and run again",
            "53200" => "the server ran out of memory: lower maintenance_work_mem, or run when it is less busy",
            "55P04" => "use the new enum value in a migration of its own, after the one that adds it",
            "25006" => "the database or the role is set to default_transaction_read_only",
            "42501" => "run it as the owner of the object, or as a member of its role",
            _ => return None,
        }
        .to_owned(),
    )
}
