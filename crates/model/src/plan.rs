//! A plan: what will be run, in which transactions, with which locks, at what risk, and how it is undone. Pure data.
//!
//! Migrations make plans, and one executor runs them. The command line, the JSON and the hooks show the same value.

use serde::{Deserialize, Serialize};

use crate::Finding;
use crate::catalog::NotChecked;

/// The version of a plan written as JSON. Raised when a field changes its meaning or goes.
pub const PLAN_SCHEMA_VERSION: u32 = 1;

/// What is to be done to one database.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// See [`PLAN_SCHEMA_VERSION`].
    pub schema_version: u32,
    pub project: String,
    /// `migrations:DIR`.
    pub source: String,
    /// The database, its password redacted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub target: Option<String>,
    /// SHA-256 of the database's schema and history when the plan was made.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub database_fingerprint: Option<String>,
    /// In the order in which they run.
    pub files: Vec<PlannedFile>,
    /// What the plan could not look at.
    pub not_checked: Vec<NotChecked>,
    /// What is worth knowing about how the plan was made.
    pub notes: Vec<String>,
}

/// One migration of a plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PlannedFile {
    /// As the user would name it, from the project's folder.
    pub path: String,
    pub version: String,
    /// What the file's name says beside the version.
    pub name: String,
    /// SHA-256 of the file's bytes.
    pub sha256: String,
    /// SHA-256 of its statements without comments and layout.
    pub statements_sha256: String,
    /// That of its riskiest step.
    pub risk: Risk,
    pub groups: Vec<TransactionGroup>,
    /// The SQL that takes the file back, when the project has one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub undo: Option<String>,
    /// What `check` says of the file.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub findings: Vec<Finding>,
}

/// Steps that stand or fall together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TransactionGroup {
    pub kind: GroupKind,
    pub steps: Vec<Step>,
}

/// How a group's steps are held together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupKind {
    /// One transaction.
    #[default]
    Transaction,
    /// One step that PostgreSQL refuses inside a transaction block.
    Alone,
    /// One transaction that the file itself rolls back at its end.
    RolledBack,
}

/// One statement.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Its place in the file, from 1.
    pub number: u32,
    /// 1-based.
    pub line: u32,
    pub sql: String,
    /// The lines that follow `COPY … FROM STDIN`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub copy_data: Option<String>,
    pub risk: Risk,
    /// What the kind of the statement alone asks for. Only for whoever measures; no part of the JSON.
    #[serde(skip)]
    pub least: Risk,
    /// Locks on relations that were there before the file, the strongest of each.
    pub locks: Vec<PlannedLock>,
    /// Relations that are written anew as a whole.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub rewrites: Vec<String>,
    /// Relations that are read as a whole.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub scans: Vec<String>,
    /// From the sizes in the live database.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub estimate: Option<Estimate>,
    /// What the step can destroy.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub hazards: Vec<Hazard>,
    /// Statements that take it back, or why there are none.
    pub undo: Undo,
    /// Locks, rewrites and scans were seen on a scratch database; otherwise they are read from the statement.
    #[serde(default)]
    pub measured: bool,
    /// What it leaves in the session.
    #[serde(default)]
    pub session: SessionEffect,
    /// How to find out what became of it, when it was interrupted outside of a transaction.
    #[serde(default)]
    pub recovery: Recovery,
}

/// What a step leaves behind in the session, for the steps after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SessionEffect {
    #[default]
    Nothing,
    /// SET and the like: run again when a file goes on in a new session.
    Setting,
    /// A temporary table, a prepared statement, a cursor: lost with the session.
    Object,
}

/// How to find out whether a step that ran outside of a transaction did its work. Names as the statement writes them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Recovery {
    /// Nothing can tell.
    #[default]
    Unknown,
    /// CREATE INDEX CONCURRENTLY: a build that did not end leaves an INVALID index, which is dropped before the next.
    IndexBuild {
        table: String,
        /// As the catalog stores it; none where PostgreSQL chooses the name.
        index: Option<String>,
    },
    /// DROP INDEX CONCURRENTLY: done when none of them is there.
    IndexDrop { indexes: Vec<String> },
    /// Running it again does no harm: VACUUM, REINDEX, ALTER SYSTEM.
    Repeatable,
}

/// How much a step asks of a database in use, the least first. Stages of a staged run are cut along it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Risk {
    /// The catalog only, a short lock.
    #[default]
    Metadata,
    /// Long, but nobody waits for it: CREATE INDEX CONCURRENTLY, VALIDATE CONSTRAINT.
    Concurrent,
    /// Reads a whole table, or changes rows, while others wait for its lock.
    Scan,
    /// Writes a whole table anew while others wait for its lock.
    Rewrite,
    /// Can lose rows.
    Destructive,
}

/// A lock that a step takes on a relation.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PlannedLock {
    /// `public.users`.
    pub relation: String,
    /// PostgreSQL's name of the mode: `ACCESS EXCLUSIVE`.
    pub mode: String,
}

/// What a step will cost, from the size of the tables that it reads or writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    pub rows: i64,
    pub bytes: i64,
    /// By a rate of reading and writing that is a guess until the table was measured.
    pub seconds: f64,
}

/// What a step can destroy. It runs only when it is allowed by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hazard {
    /// The word for `--allow`: `drop-table:public.x`.
    pub allow: String,
    /// The relation whose rows are at stake, by its name before the plan. Empty where nobody can tell which ones are.
    pub relation: String,
    pub message: String,
    /// The relation was there before the plan; what the plan itself makes holds nobody's rows.
    pub existing: bool,
}

/// Whether a step can be taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "value")]
pub enum Undo {
    /// By this SQL.
    Sql(String),
    /// There is nothing to take back.
    Nothing,
    /// With the file, by the way back that the project keeps.
    WithFile,
    /// Nobody wrote a way back; from the catalogs before and after one can be derived, and proven.
    Derivable,
    /// Why it cannot be.
    Impossible(String),
    /// Nobody can tell from the text.
    #[default]
    Unknown,
}

impl PlannedFile {
    /// The steps of all groups, in order.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.groups.iter().flat_map(|group| &group.steps)
    }

    /// One transaction holds the whole file.
    pub fn is_one_transaction(&self) -> bool {
        self.groups.iter().all(|group| group.kind == GroupKind::Transaction) && self.groups.len() <= 1
    }
}

impl Risk {
    pub const ALL: [Self; 5] = [Self::Metadata, Self::Concurrent, Self::Scan, Self::Rewrite, Self::Destructive];

    pub fn name(self) -> &'static str {
        match self {
            Self::Metadata => "metadata",
            Self::Concurrent => "concurrent",
            Self::Scan => "scan",
            Self::Rewrite => "rewrite",
            Self::Destructive => "destructive",
        }
    }
}

/// The first words of a statement on one line, cut after so many characters. Control characters, which would play tricks
/// on a terminal, become spaces.
pub fn beginning(sql: &str, length: usize) -> String {
    let mut text = String::new();
    for word in sql.split_whitespace() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.extend(word.chars().map(|character| if character.is_control() { ' ' } else { character }));
        if let Some((end, _)) = text.char_indices().nth(length) {
            text.truncate(end);
            text.truncate(text.trim_end().len());
            text.push('…');
            break;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::beginning;

    #[test]
    fn a_statement_is_cut_at_a_character() {
        assert_eq!(beginning("SELECT\n  'é',\t1", 20), "SELECT 'é', 1");
        assert_eq!(beginning("SELECT 'éé'", 9), "SELECT 'é…");
        assert_eq!(beginning("SELECT 1, 2", 7), "SELECT…");
        assert_eq!(beginning("SELECT \u{1b}1", 9), "SELECT  1");
        assert_eq!(beginning("SELECT 1", 8), "SELECT 1");
    }
}
