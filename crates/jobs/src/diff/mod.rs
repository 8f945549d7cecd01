//! `pgmason diff`: the statements that turn one source into another, proven on a scratch server.
//!
//! - Both sources are databases of one server: expression text is compared as that server writes it.
//! - A plan that could not be proven is an error, never an answer.

mod between;
mod materialise;
mod prove;
mod reach;
mod renames;
mod report;
mod sides;
mod sql_text;

use std::collections::BTreeSet;
use std::time::Instant;

use pgmason_core::diff::DiffOptions;
use pgmason_model::difference::DifferencePlan;
use pgmason_model::{Catalog, Identifier, ObjectId, ObjectKind};

pub use between::between;
pub use prove::{Bench, Ground, prove, release};
pub use renames::asked as renames_asked;
pub use report::*;
pub use sql_text::{hazard_name, sql_text};

use crate::JobError;
use crate::open::OpenOptions;
use crate::progress::{Event, Reporter};
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
    let started = Instant::now();
    let mut sides = sides::open(project, from, to, &options.open, reporter)?;
    let online = options.online.unwrap_or(matches!(from, Source::Database(_)));
    let diff_options = DiffOptions {
        owners: options.owners,
        creator: Identifier::from(sides.creator.as_str()),
        online,
        reorder_columns: options.reorder_columns,
        allow: options.allow.clone(),
    };
    let renames = renames::asked(&sides.from.catalog, &sides.to.catalog, &sides.to.files, &options.renames)?;
    reporter(Event::Proving);
    let (plan, proof) = sides.between(project, &options.open, &diff_options, &renames)?;
    let notes = std::mem::take(&mut sides.notes);
    if let Some(failed) = proof.failure() {
        return Err(JobError::NotProven { failed: Box::new(failed_case(failed, &plan)) });
    }
    let mut not_checked = sides.from.catalog.not_checked.clone();
    not_checked.extend(
        sides.to.catalog.not_checked.iter().filter(|gap| !sides.from.catalog.not_checked.contains(gap)).cloned(),
    );
    Ok(DiffReport {
        schema_version: DIFF_SCHEMA_VERSION,
        from: from.to_string(),
        to: to.to_string(),
        scratch: sides.server.describe(),
        online,
        owners: options.owners,
        grants_of_owners: grants_of_owners(&plan, &[&sides.to.catalog, &sides.from.catalog]),
        plan,
        proof,
        not_checked,
        notes,
        seconds: started.elapsed().as_secs_f64(),
    })
}

fn grants_of_owners(plan: &DifferencePlan, catalogs: &[&Catalog]) -> BTreeSet<ObjectId> {
    let is_own = |id: &ObjectId| {
        let object = id.of.as_deref().and_then(|of| catalogs.iter().find_map(|catalog| catalog.get(of)));
        let facts = object.and_then(|object| serde_json::to_value(object).ok());
        facts.is_some_and(|facts| facts["owner"] == id.name.as_str())
    };
    let grants = plan.changes.iter().map(|change| &change.object).filter(|id| id.kind == ObjectKind::Grant);
    grants.filter(|id| is_own(id)).cloned().collect()
}

fn failed_case(failed: &StageReport, plan: &DifferencePlan) -> FailedProof {
    FailedProof {
        stage: failed.stage,
        what: failed.what.clone(),
        reason: failed.reason.clone().unwrap_or_default(),
        statements: plan.statements.iter().map(|statement| format!("{};", statement.sql)).collect(),
    }
}
