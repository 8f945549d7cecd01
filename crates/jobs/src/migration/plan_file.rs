//! A plan that was written to a file: it runs only where database and files are still those that it was made for.

use std::path::Path;

use pgmason_model::plan::{PLAN_SCHEMA_VERSION, Plan, PlannedFile};
use pgmason_pg::ConnectionString;
use pgmason_pg::history::History;

use super::database::connect_options;
use super::database_fingerprint::database_fingerprint;
use super::run_report::{Refusal, RunReport};
use crate::JobError;

/// Reads the file.
fn read(path: &Path) -> Result<Plan, JobError> {
    let text = std::fs::read(path).map_err(JobError::file("read", path))?;
    let unreadable = |message: String| JobError::PlanFile { path: path.to_owned(), message };
    let plan: Plan = serde_json::from_slice(&text).map_err(|error| unreadable(error.to_string()))?;
    if plan.schema_version != PLAN_SCHEMA_VERSION {
        return Err(unreadable(format!("it has version {}", plan.schema_version)));
    }
    Ok(plan)
}

/// Refuses where something changed since the plan was made.
pub(super) fn verify(
    path: &Path,
    database: &ConnectionString,
    history: &History,
    pending: &[PlannedFile],
    report: &mut RunReport,
) -> Result<(), JobError> {
    let plan = read(path)?;
    let mut refuse = |message: String| {
        report.refusals.push(Refusal {
            message,
            hint: format!("make the plan anew: `pgmason migration plan --out {}`", path.display()),
            allow: None,
            detail: String::new(),
        });
    };
    let key = |file: &PlannedFile| (file.version.clone(), file.sha256.clone());
    let planned: Vec<_> = plan.files.iter().map(key).collect();
    let now: Vec<_> = pending.iter().map(key).collect();
    if planned != now {
        let changed = plan
            .files
            .iter()
            .find(|file| !now.contains(&key(file)))
            .or_else(|| pending.iter().find(|file| !planned.contains(&key(file))));
        let which = changed.map_or_else(String::new, |file| format!(": {}", file.path));
        refuse(format!("the pending files are not those of the plan{which}"));
    }
    let mut client = pgmason_pg::connect(database, &connect_options())?;
    let applied = history.applied.iter().map(|applied| applied.version.as_str());
    let fingerprint = database_fingerprint(&mut client, applied)?;
    if plan.database_fingerprint.as_deref() != Some(fingerprint.as_str()) {
        refuse("the database has changed since the plan was made".to_owned());
    }
    Ok(())
}
