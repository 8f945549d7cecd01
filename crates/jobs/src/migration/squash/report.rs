//! What `migration squash` says.

use serde::Serialize;

use crate::replay::ReplayFailure;
use crate::schema::assemble::MovedStatement;
use crate::schema::proof::Proof;

/// The version of the JSON output.
pub const SQUASH_SCHEMA_VERSION: u32 = 1;

#[derive(Clone, Debug, Serialize)]
pub struct SquashReport {
    pub schema_version: u32,
    pub folder: String,
    /// Files that were run.
    pub files: usize,
    /// The version of the last of them.
    pub to: Option<String>,
    pub scratch: String,
    /// With `fix`: statements that run later than they stand.
    pub moved: Vec<MovedStatement>,
    /// With `fix`: statements that PostgreSQL takes only in another form.
    pub adjusted: Vec<AdjustedStatement>,
    /// With `fix`: statements that cannot run. The file is that of all others.
    pub left_out: Vec<ReplayFailure>,
    /// Why there is no file: what of the chain does not run.
    pub failures: Vec<ReplayFailure>,
    /// Why there is no file: what nobody can write so that it can run twice, or what the engine refuses.
    pub refusals: Vec<String>,
    pub statements: usize,
    /// Rows that the file adds where they are missing.
    pub rows: Vec<CarriedRows>,
    pub not_carried: Vec<NotCarried>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proofs: Option<SquashProofs>,
    /// Where it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<String>,
    pub notes: Vec<String>,
    /// The file; empty where there is none.
    pub sql: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AdjustedStatement {
    pub file: String,
    pub line: u32,
    pub statement: String,
    /// What was taken out.
    pub removed: Vec<String>,
    pub meaning: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CarriedRows {
    pub table: String,
    pub rows: usize,
    /// How the file tells that they are there.
    pub guard: String,
    /// Columns whose values are not written down, since they differ from run to run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_to_defaults: Vec<String>,
}

/// Something of the chain that the file does not do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotCarried {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The statement, or what is not carried.
    pub what: String,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SquashProofs {
    /// On an empty database it builds what the files build.
    pub on_empty: Proof,
    /// A second run there changes nothing.
    pub again: Proof,
    /// Over a database that the files built it changes nothing.
    pub over_chain: Proof,
}

impl SquashProofs {
    pub fn hold(&self) -> bool {
        self.on_empty.holds && self.again.holds && self.over_chain.holds
    }
}

impl SquashReport {
    /// The file is there, and proven; with `fix` it may be that of a part of the statements.
    pub fn is_clean(&self) -> bool {
        self.failures.is_empty() && self.refusals.is_empty() && self.proofs.as_ref().is_some_and(SquashProofs::hold)
    }
}
