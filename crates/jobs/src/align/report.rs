//! What `align` says.

use pgmason_model::ObjectId;
use serde::Serialize;

use crate::drift::{DriftReport, SourceKind};
use crate::migration::from_difference::FromDifferenceReport;

/// The version of the report written as JSON. Raised when a field changes its meaning or goes.
pub const ALIGN_SCHEMA_VERSION: u32 = 1;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AlignReport {
    pub schema_version: u32,
    pub project: String,
    /// What is to agree with the other.
    pub changes: SourceKind,
    pub with: SourceKind,
    /// The migration that closes what differs. None where schema.prisma is to change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub derived: Option<FromDifferenceReport>,
    /// What to change in schema.prisma by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drift: Option<DriftReport>,
    /// Differences that the migration does not close.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<LeftDifference>,
    /// Objects whose names are to be ignored: they stay as they are.
    pub ignored: usize,
}

/// A difference that stays.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LeftDifference {
    pub object: ObjectId,
    pub reason: String,
}

impl AlignReport {
    /// Nothing differs, or the migration that closes it is written.
    pub fn is_closed(&self) -> bool {
        let derived = self.derived.as_ref().is_none_or(|derived| {
            let plan = &derived.difference.plan;
            let nothing = plan.statements.is_empty() && plan.refusals.is_empty() && plan.left.is_empty();
            nothing || derived.written && plan.left.is_empty()
        });
        derived && self.left.is_empty() && self.drift.as_ref().is_none_or(|drift| !drift.differs())
    }
}
