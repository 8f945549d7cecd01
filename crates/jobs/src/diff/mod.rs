//! `pgmason diff`: the statements that turn one source into another, proven on a scratch server.
//!
//! - Both sources are databases of one server: expression text is compared as that server writes it.
//! - A plan that could not be proven is an error, never an answer.

mod between;
mod materialise;
mod prove;
mod renames;
mod report;
mod sides;
mod sql_text;
mod ways;

use std::collections::BTreeSet;

use pgmason_model::difference::DifferencePlan;

pub use between::between;
pub(crate) use materialise::{describe as refusal_in_words, materialise};
pub use prove::{Bench, Ground, prove, release};
pub use renames::asked as renames_asked;
pub use report::*;
pub use sql_text::{hazard_name, sql_text};
pub(crate) use ways::{Target, Ways};

use crate::JobError;
use crate::open::OpenOptions;
use crate::progress::Reporter;
use crate::project::Project;
use crate::source::Source;

/// What to compare and how.
#[derive(Clone, Debug, Default)]
pub struct DifferenceOptions {
    pub open: OpenOptions,
    /// What may be lost, as `drop-table:public.x`.
    pub allow: BTreeSet<String>,
    pub owners: bool,
    /// None: where the first source is a live database.
    pub online: Option<bool>,
    pub reorder_columns: bool,
    /// (name in the first source, name in the second)
    pub renames: Vec<(String, String)>,
}

pub fn diff(
    project: &Project,
    from: &Source,
    to: &Source,
    options: &DifferenceOptions,
    reporter: Reporter<'_>,
) -> Result<DiffReport, JobError> {
    Ok(Ways::find(project, (from, to), options, None, reporter)?.report)
}

fn failed_case(failed: &StageReport, plan: &DifferencePlan) -> FailedProof {
    FailedProof {
        stage: failed.stage,
        what: failed.what.clone(),
        reason: failed.reason.clone().unwrap_or_default(),
        statements: plan.statements.iter().map(|statement| format!("{};", statement.sql)).collect(),
    }
}
