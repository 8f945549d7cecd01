//! What `diff` says: the plan, and what was proven of it.

use std::collections::BTreeSet;

use pgmason_model::ObjectId;
use pgmason_model::catalog::NotChecked;
use pgmason_model::difference::DifferencePlan;
use serde::Serialize;

/// The version of the report written as JSON. Raised when a field changes its meaning or goes.
pub const DIFF_SCHEMA_VERSION: u32 = 1;

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DiffReport {
    /// See [`DIFF_SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The sources, as the user would name them.
    pub from: String,
    pub to: String,
    /// Where it was proven.
    pub scratch: String,
    pub online: bool,
    pub owners: bool,
    pub plan: DifferencePlan,
    /// Grants that an owner has on its own object anyway.
    #[serde(skip)]
    pub grants_of_owners: BTreeSet<ObjectId>,
    pub proof: Proof,
    /// What could not be looked at in one of the sources.
    pub not_checked: Vec<NotChecked>,
    pub notes: Vec<String>,
    pub seconds: f64,
}

impl DiffReport {
    /// Nothing differs, or only what was asked to be left.
    pub fn is_clean(&self) -> bool {
        self.plan.statements.is_empty() && self.plan.refusals.is_empty() && self.plan.left.is_empty()
    }
}

/// What was done with the plan on the scratch server, in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Proof {
    pub stages: Vec<StageReport>,
    /// How many times statements were added since something was left otherwise.
    pub repairs: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StageReport {
    pub stage: Stage,
    pub outcome: StageOutcome,
    /// What was looked at, in words.
    pub what: String,
    /// Why it failed, or was not done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub seconds: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    SourceMaterialised,
    RowsSeeded,
    PlanApplied,
    ReadBack,
    SecondPlan,
    RowsKept,
    Rewrites,
    FunctionBodies,
    Dump,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StageOutcome {
    Passed,
    Failed,
    NotDone,
}

/// A plan that did not do what it should. An error of pgmason itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FailedProof {
    pub stage: Stage,
    pub what: String,
    pub reason: String,
    pub statements: Vec<String>,
}

impl std::fmt::Display for FailedProof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}\n\n", self.stage.title(), self.reason)?;
        write!(f, "the plan was:\n{}", self.statements.join("\n"))
    }
}

impl Stage {
    pub const ALL: [Self; 9] = [
        Self::SourceMaterialised,
        Self::RowsSeeded,
        Self::PlanApplied,
        Self::ReadBack,
        Self::SecondPlan,
        Self::RowsKept,
        Self::Rewrites,
        Self::FunctionBodies,
        Self::Dump,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Self::SourceMaterialised => "source materialised",
            Self::RowsSeeded => "rows seeded",
            Self::PlanApplied => "plan applied",
            Self::ReadBack => "read back equal",
            Self::SecondPlan => "second plan empty",
            Self::RowsKept => "rows kept",
            Self::Rewrites => "no undeclared rewrite",
            Self::FunctionBodies => "function bodies valid",
            Self::Dump => "dumps equal",
        }
    }
}

impl Proof {
    pub fn of(&self, stage: Stage) -> Option<&StageReport> {
        self.stages.iter().find(|report| report.stage == stage)
    }

    pub fn passed(&self, stage: Stage) -> bool {
        self.of(stage).is_some_and(|report| report.outcome == StageOutcome::Passed)
    }

    /// The first stage that failed.
    pub fn failure(&self) -> Option<&StageReport> {
        self.stages.iter().find(|report| report.outcome == StageOutcome::Failed)
    }
}
