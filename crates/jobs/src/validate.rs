//! `pgmason schema validate`: the rulebook and the comparison of all sources, as one gate.

use serde::Serialize;

use crate::JobError;
use crate::check::{CheckOptions, CheckReport, check};
use crate::drift::{DriftOptions, DriftReport, drift};
use crate::progress::Reporter;
use crate::project::Project;

/// The version of the report written as JSON. Raised when a field changes its meaning or goes.
pub const VALIDATE_SCHEMA_VERSION: u32 = 1;

#[derive(Clone, Debug, Serialize)]
pub struct ValidateReport {
    pub schema_version: u32,
    pub check: CheckReport,
    /// None where the project has one source only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drift: Option<DriftReport>,
}

pub fn validate(
    project: &Project,
    checked: &CheckOptions,
    compared: &DriftOptions,
    reporter: Reporter<'_>,
) -> Result<ValidateReport, JobError> {
    let check = check(project, checked, reporter)?;
    let drift = match drift(project, compared, reporter) {
        Ok(report) => Some(report),
        // A project of one source has nothing that could differ.
        Err(JobError::NothingToCompare { .. }) => None,
        Err(error) => return Err(error),
    };
    Ok(ValidateReport { schema_version: VALIDATE_SCHEMA_VERSION, check, drift })
}
